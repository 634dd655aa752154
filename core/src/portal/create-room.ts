import { MatrixError, type RoomAlias, type RoomId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import { aliasOf, type Naming } from './alias-of.ts'
import { firstLevels, firstState, type FirstStateParts } from './first-state.ts'
import type { Portals } from './portals.ts'

export interface CreateParts extends FirstStateParts, Naming {
  readonly api: MatrixApi
  readonly portals: Portals
  readonly logger: Logger
}

/** Makes a room for a chat, or finds the one that was made for it. */
export type CreateRoom = (chat: ChatKey, snapshot: ChatSnapshot) => Promise<CreatedRoom>

interface CreatedRoom {
  readonly roomId: RoomId
  readonly isNew: boolean
}

export function roomCreator(parts: CreateParts): CreateRoom {
  return async (chat, snapshot) => await createRoom(parts, { chat, snapshot, alias: aliasOf(parts, chat) })
}

/** Creating comes first: to ask for the alias of a room that is not there yet would make the homeserver ask us for it. */
async function createRoom(parts: CreateParts, portal: NewPortal): Promise<CreatedRoom> {
  const { alias } = portal
  try {
    return { roomId: await askForRoom(parts, portal), isNew: true }
  } catch (error) {
    const isInUse = error instanceof MatrixError && error.errcode === 'M_ROOM_IN_USE'
    const existing = isInUse ? await parts.api.resolveAlias(alias) : undefined
    if (existing === undefined) throw error
    const holder = await parts.portals.byRoom(existing)
    // A chat that was called so before took its room along under its present name.
    const isOthers = holder !== undefined && !isSameChat(holder.chat, portal.chat)
    if (!isOthers && (await comesIn(parts, existing))) return { roomId: existing, isNew: false }
    parts.logger.warn({ roomId: existing, alias }, 'the room of that alias is not to be had; another one is made')
    await parts.api.removeAlias(alias)
    return { roomId: await askForRoom(parts, portal), isNew: true }
  }
}

function isSameChat(one: ChatKey, other: ChatKey): boolean {
  return one.chat === other.chat && one.receiver === other.receiver
}

interface NewPortal {
  readonly chat: ChatKey
  readonly snapshot: ChatSnapshot
  readonly alias: RoomAlias
}

async function askForRoom(parts: CreateParts, { chat, snapshot, alias }: NewPortal): Promise<RoomId> {
  return await parts.api.createRoom({
    preset: snapshot.joinRule === 'public' ? 'public_chat' : 'private_chat',
    room_alias_name: alias.slice(1, alias.indexOf(':')),
    ...(snapshot.name !== undefined && { name: snapshot.name }),
    ...(snapshot.kind === 'direct' && { is_direct: true }),
    power_level_content_override: firstLevels(snapshot),
    initial_state: firstState(parts, chat, snapshot).map((state) => ({ ...state })),
  })
}

/**
 * A room whose making was cut short may lack even its maker. Homeservers differ in the words for a room that has an alias and
 * no event: any answer that is about this request means that nobody comes in.
 */
async function comesIn({ api }: CreateParts, roomId: RoomId): Promise<boolean> {
  try {
    await api.join(roomId, {})
    return true
  } catch (error) {
    if (error instanceof MatrixError && (error.status === 403 || error.status === 404)) return false
    throw error
  }
}
