import type { Transaction } from '@pons/database'
import { randomBytes } from 'node:crypto'
import {
  jsonOf,
  forbidden,
  isJsonObject,
  ownValue,
  powerLevelOf,
  requiredPowerLevel,
  roomVersion,
  type JsonObject,
  type JsonValue,
  type RoomId,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import type { Memberships } from './membership.ts'
import type { Room } from './room.ts'
import type { RoomLimits } from './room-limits.ts'
import type { RoomStores } from './rooms.ts'
import type { Timeline } from './timeline.ts'
import type { TimelineWriter } from './timeline-writer.ts'

export interface Upgrade {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly version: string
  readonly additionalCreators: readonly UserId[]
}

interface UpgradeServices {
  readonly timeline: Timeline
  readonly memberships: Memberships
  readonly stores: Pick<RoomStores, 'rooms' | 'events'>
  readonly serverName: ServerName
  readonly limits: RoomLimits
  /** Takes along what users keep of a room. */
  readonly carryOver: { carry(tx: Transaction, userId: UserId, from: RoomId, to: RoomId): Promise<void> }
}

interface Replacing {
  readonly writer: TimelineWriter
  readonly old: Room
  readonly room: Room
  readonly userId: UserId
}

const COPIED = [
  'm.room.server_acl',
  'm.room.encryption',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.guest_access',
  'm.room.history_visibility',
  'm.room.join_rules',
  'm.room.canonical_alias',
]

/**
 * Replaces a room by one of another version, old room's end and new room's beginning in one transaction.
 * https://spec.matrix.org/v1.19/client-server-api/#room-upgrades
 */
export async function upgradeRoom(services: UpgradeServices, upgrade: Upgrade): Promise<RoomId> {
  const { timeline, memberships, serverName } = services
  const { userId } = upgrade
  const version = roomVersion(upgrade.version)
  const profile = await memberships.profileOf(userId)
  return timeline.write(async (writer) => {
    const old = await writer.room(upgrade.roomId)
    checkMayUpgrade(old, userId)
    await services.limits.checkCreate(writer.tx, userId)
    const newId = version.roomIdIsCreateHash
      ? undefined
      : (`!${randomBytes(14).toString('base64url')}:${serverName}` as RoomId)
    const room = await writer.createRoom(version, { sender: userId, content: createContent(old, upgrade) }, newId)
    await memberships.setIn(writer, room, { sender: userId, target: userId, membership: 'join', content: profile })
    const replacing = { writer, old, room, userId }
    await copyState(services, replacing)
    await writer.append(old, {
      type: 'm.room.tombstone',
      stateKey: '',
      sender: userId,
      content: { body: 'This room has been replaced', replacement_room: room.roomId },
    })
    await moveNames(services, replacing)
    await closeOld(replacing)
    await services.carryOver.carry(writer.tx, userId, old.roomId, room.roomId)
    return room.roomId
  })
}

/**
 * What the room was, set by one who may do anything until it is done: their level in the old room may have sufficed for the
 * tombstone and not for this.
 */
async function copyState({ stores }: UpgradeServices, { writer, old, room, userId }: Replacing): Promise<void> {
  const levels = powerLevels(old, room, userId)
  const setLevels = async (content: JsonObject): Promise<void> => {
    await writer.append(room, { type: 'm.room.power_levels', stateKey: '', sender: userId, content })
  }
  const raised = room.version.privilegedCreators ? levels : raisedFor(userId, levels)
  await setLevels(raised)
  const isSpace = old.content('m.room.create')?.['type'] === 'm.space'
  const children = isSpace ? [...old.state.ofType('m.space.child').values()] : []
  const copied = COPIED.map((type) => old.state.get(type, '')).filter((entry) => entry !== undefined)
  for (const { type, state_key: stateKey, content } of [...copied, ...children]) {
    await writer.append(room, { type, stateKey, sender: userId, content: content as JsonObject })
  }
  const banned = [...old.state.members('ban')].map((target) => old.state.get('m.room.member', target)?.nid ?? 0)
  for (const { stateKey, content } of await stores.events.byNids(banned, writer.tx)) {
    await writer.append(room, { type: 'm.room.member', stateKey, sender: userId, content })
  }
  if (raised !== levels) await setLevels(levels)
}

/** Enough for everything that is copied. */
function raisedFor(userId: UserId, levels: JsonObject): JsonObject {
  const users = isJsonObject(levels['users']) ? levels['users'] : {}
  const numbers = [levels, users, levels['events']]
    .flatMap((of) => (isJsonObject(of) ? Object.values(of) : []))
    .filter((level): level is number => typeof level === 'number')
  const enough = Math.max(100, ...numbers)
  if (ownValue(users, userId) === enough) return levels
  return { ...levels, users: jsonOf(new Map([...Object.entries(users), [userId, enough]])) }
}

/** Nobody goes on in the old room by mistake; where the upgrader may not say so, the tombstone has to do. */
async function closeOld({ writer, old, userId }: Replacing): Promise<void> {
  const type = 'm.room.power_levels'
  const content = old.state.get(type, '')?.content as JsonObject | undefined
  if (!content || powerLevelOf(old.state, userId) < requiredPowerLevel(old.state, type, true)) return
  const byDefault = content['users_default']
  const closed = Math.max(50, (typeof byDefault === 'number' ? byDefault : 0) + 1)
  if (powerLevelOf(old.state, userId) < closed) return
  const atLeast = (level: JsonValue | undefined): JsonValue =>
    typeof level === 'number' && level >= closed ? level : closed
  const { events_default: speaking, invite } = content
  const raised = { ...content, events_default: atLeast(speaking), invite: atLeast(invite) }
  await writer.append(old, { type, stateKey: '', sender: userId, content: raised })
}

function checkMayUpgrade(old: Room, userId: UserId): void {
  const level = powerLevelOf(old.state, userId)
  if (!old.state.isJoined(userId) || level < requiredPowerLevel(old.state, 'm.room.tombstone', true)) {
    throw forbidden('You may not upgrade this room')
  }
}

function createContent(old: Room, { version, roomId, userId, additionalCreators }: Upgrade): JsonObject {
  const {
    creator: _creator,
    predecessor: _predecessor,
    additional_creators: _creators,
    ...kept
  } = old.state.get('m.room.create', '')?.content ?? {}
  const last = old.extremities.at(-1)
  const target = roomVersion(version)
  return {
    ...kept,
    room_version: version,
    predecessor: { room_id: roomId, ...(last && !target.privilegedCreators && { event_id: last.eventId }) },
    ...(!target.creatorIsSender && { creator: userId }),
    ...(target.privilegedCreators && additionalCreators.length > 0 && { additional_creators: [...additionalCreators] }),
  }
}

/** Creators of newer versions stand above the power levels, and may not be in them. */
function powerLevels(old: Room, room: Room, userId: UserId): JsonObject {
  const content = old.state.get('m.room.power_levels', '')?.content ?? {}
  const users = new Map(Object.entries(isJsonObject(content['users']) ? content['users'] : {}))
  if (room.version.privilegedCreators) {
    const additional = room.content('m.room.create')?.['additional_creators']
    for (const creator of [userId, ...(Array.isArray(additional) ? (additional as string[]) : [])])
      users.delete(creator)
  } else if (powerLevelOf(old.state, userId) === Infinity) users.set(userId, 100)
  return { ...content, users: jsonOf(users) }
}

/** Local aliases lead to the new room from now on, and so does its canonical one. */
async function moveNames({ stores }: UpgradeServices, { writer, old, room, userId }: Replacing): Promise<void> {
  const type = 'm.room.canonical_alias'
  await stores.rooms.moveAliases(writer.tx, old.nid, room.nid)
  if (!old.state.get(type, '') || powerLevelOf(old.state, userId) < requiredPowerLevel(old.state, type, true)) return
  await writer.append(old, { type, stateKey: '', sender: userId, content: {} })
}
