import type { Database } from '@pons/database'
import { MatrixError, roomAliasOf, type RoomId, type UserId } from '@pons/matrix'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import { reportFailure, type StatusParts } from '../matrix-side/status.ts'
import type { TellRoom } from '../matrix-side/tell-room.ts'
import type { TypedHints } from '../matrix-side/typed-hints.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import { undecryptable } from '../portal/to-network/other-events.ts'
import type { Naming } from '../portal/alias-of.ts'
import type { People } from '../portal/people.ts'
import type { RoomMembers } from '../portal/room-members.ts'
import type { UserStore } from '../storage/user-store.ts'
import { renderReply } from './reply.ts'

interface SayingParts {
  readonly hints: TypedHints
  readonly tellRoom: TellRoom
}

interface MakingParts extends Naming {
  readonly api: MatrixApi
}

export interface PlainRoomParts extends SayingParts, MakingParts {
  readonly db: Database
  readonly users: UserStore
  readonly people: People
}

interface PresenceParts {
  readonly members: RoomMembers
  readonly botUserId: UserId
}

export interface EncryptionParts extends PlainRoomParts, PresenceParts {}

export async function isEncrypted({ api }: { readonly api: MatrixApi }, roomId: RoomId): Promise<boolean> {
  return (await api.getState(roomId, 'm.room.encryption')) !== undefined
}

/**
 * The bot cannot read what is written in that room: it says so there, once, and makes its person a room in which it can. Many
 * clients encrypt a direct chat without asking anybody.
 */
export async function offerPlainRoom(parts: PlainRoomParts, roomId: RoomId, userId: UserId): Promise<void> {
  const { connector, users, db, people } = parts
  const { id, displayName } = connector.info
  const plainRoom = await plainRoomOf(parts, userId)
  await people.invite(plainRoom, userId)
  await db.transaction((tx) => users.setManagementRoom(tx, userId, plainRoom))
  const welcome = `This room is not encrypted, so I can read what you say here. I am the ${displayName} bridge; say \`help\` for what I can do.`
  const words =
    'This room is encrypted, and I cannot read that yet. I have made a room without encryption for you and me, and invited you: talk to me there.'
  await say(parts, plainRoom, txnIdOf('plain-room', id, plainRoom), welcome)
  await say(parts, roomId, txnIdOf('encrypted', id, roomId), words)
}

/** Encryption was turned on in a room that the bot could read until then. */
export async function noteEncryption(parts: EncryptionParts, event: ClientEvent, isPortal: boolean): Promise<void> {
  const { room_id: roomId, sender } = event
  if (!isPortal) {
    if (await isIn(parts, roomId)) await offerPlainRoom(parts, roomId, sender)
    return
  }
  const { id, displayName } = parts.connector.info
  const words = `This room is encrypted from now on, and the bridge cannot read that yet: what is written here no longer reaches ${displayName}. A room cannot be made readable again; \`delete-portal\` and opening the chat anew make another one.`
  await say(parts, roomId, txnIdOf('encrypted', id, roomId), words)
}

/** Something was said that cannot be read, in a room that is no portal: it is marked, and a way to go on is offered. */
export async function answerEncrypted(parts: EncryptionParts & StatusParts, event: ClientEvent): Promise<void> {
  const { room_id: roomId, event_id: eventId, sender } = event
  if (!(await isIn(parts, roomId))) return
  await offerPlainRoom(parts, roomId, sender)
  await reportFailure(parts, { roomId, eventId, sender }, undecryptable())
}

async function say({ hints, tellRoom }: SayingParts, roomId: RoomId, txnId: string, words: string): Promise<void> {
  const typed = hints.withLead(await hints.leadIn(roomId), words)
  await tellRoom(roomId, { type: 'm.room.message', txnId, content: renderReply(typed) })
}

/** Of rooms in which only ghosts are the bridge hears, too; there is nobody to answer there. */
async function isIn({ members, botUserId }: PresenceParts, roomId: RoomId): Promise<boolean> {
  try {
    return (await members.joined(roomId)).has(botUserId)
  } catch (error) {
    if (!isRefusal(error)) throw error
    return false
  }
}

/** Its alias is a function of the person, so a creation that a crash cut short is found again. */
async function plainRoomOf({ api, connector, serverName }: MakingParts, userId: UserId): Promise<RoomId> {
  const { aliasPrefix, displayName } = connector.info
  const alias = roomAliasOf(`${aliasPrefix}=${txnIdOf('management', userId)}`, serverName)
  try {
    return await api.createRoom({
      preset: 'trusted_private_chat',
      is_direct: true,
      name: `${displayName} bridge`,
      room_alias_name: alias.slice(1, alias.indexOf(':')),
      power_level_content_override: { events: { 'm.room.encryption': 101 } },
    })
  } catch (error) {
    const isMade = error instanceof MatrixError && error.errcode === 'M_ROOM_IN_USE'
    const existing = isMade ? await api.resolveAlias(alias) : undefined
    if (existing !== undefined) return existing
    throw error
  }
}
