import { randomBytes } from 'node:crypto'
import {
  forbidden,
  isJsonObject,
  powerLevelOf,
  requiredPowerLevel,
  roomVersion,
  type JsonObject,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import type { CoreServices } from '../services.ts'
import type { Room } from './room.ts'
import type { RoomEvent } from './room-event.ts'

export interface Upgrade {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly version: string
  readonly additionalCreators: readonly UserId[]
}

type UpgradeServices = Pick<CoreServices, 'timeline' | 'memberships' | 'stores' | 'serverName' | 'rooms'>

const COPIED = [
  'm.room.server_acl',
  'm.room.encryption',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.guest_access',
  'm.room.history_visibility',
  'm.room.join_rules',
]

/**
 * Replaces a room by one of another version, old room's end and new room's beginning in one transaction.
 * https://spec.matrix.org/latest/client-server-api/#room-upgrades
 */
export async function upgradeRoom(services: UpgradeServices, upgrade: Upgrade): Promise<RoomId> {
  const { timeline, memberships, stores, serverName } = services
  const { userId } = upgrade
  const version = roomVersion(upgrade.version)
  const profile = await memberships.profileOf(userId)
  return timeline.write(async (writer) => {
    const old = await writer.room(upgrade.roomId)
    checkMayUpgrade(old, userId)
    const newId = version.roomIdIsCreateHash
      ? undefined
      : (`!${randomBytes(14).toString('base64url')}:${serverName}` as RoomId)
    const room = await writer.createRoom(version, { sender: userId, content: createContent(old, upgrade) }, newId)
    await memberships.setIn(writer, room, { sender: userId, target: userId, membership: 'join', content: profile })
    const levels = powerLevels(old, room, userId)
    await writer.append(room, { type: 'm.room.power_levels', stateKey: '', sender: userId, content: levels })
    for (const type of COPIED) {
      const content = old.state.get(type, '')?.content
      if (content) await writer.append(room, { type, stateKey: '', sender: userId, content })
    }
    for (const event of await bans(old, stores.events.byNids.bind(stores.events), writer.tx)) {
      const { stateKey, content } = event
      await writer.append(room, { type: 'm.room.member', stateKey, sender: userId, content })
    }
    await writer.append(old, {
      type: 'm.room.tombstone',
      stateKey: '',
      sender: userId,
      content: { body: 'This room has been replaced', replacement_room: room.roomId },
    })
    await moveNames(services, { writer, old, room, userId })
    return room.roomId
  })
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
  const users = isJsonObject(content['users']) ? { ...content['users'] } : {}
  if (room.version.privilegedCreators) {
    const additional = room.content('m.room.create')?.['additional_creators']
    for (const creator of [userId, ...(Array.isArray(additional) ? (additional as string[]) : [])])
      delete users[creator]
  } else if (powerLevelOf(old.state, userId) === Infinity) users[userId] = 100
  return { ...content, users }
}

async function bans(
  old: Room,
  load: (
    nids: readonly number[],
    tx: Parameters<CoreServices['stores']['events']['byNids']>[1],
  ) => Promise<RoomEvent[]>,
  tx: Parameters<CoreServices['stores']['events']['byNids']>[1],
): Promise<RoomEvent[]> {
  const nids = [...old.state.members('ban')].map((userId) => old.state.get('m.room.member', userId)?.nid ?? 0)
  return load(nids, tx)
}

/** Local aliases lead to the new room from now on, and so does its canonical one. */
async function moveNames(
  { stores }: UpgradeServices,
  {
    writer,
    old,
    room,
    userId,
  }: {
    writer: Parameters<Parameters<CoreServices['timeline']['write']>[0]>[0]
    old: Room
    room: Room
    userId: UserId
  },
): Promise<void> {
  const canonical = old.state.get('m.room.canonical_alias', '')?.content
  await stores.rooms.moveAliases(writer.tx, old.nid, room.nid)
  if (!canonical) return
  const content = { type: 'm.room.canonical_alias', stateKey: '', sender: userId }
  await writer.append(room, { ...content, content: canonical })
  await writer.append(old, { ...content, content: {} })
}
