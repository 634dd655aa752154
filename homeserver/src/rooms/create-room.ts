import { randomBytes } from 'node:crypto'
import {
  jsonOf,
  badJson,
  forbidden,
  invalidParam,
  isJsonObject,
  MatrixError,
  roomAliasOf,
  roomVersion,
  type JsonObject,
  type RoomAlias,
  type RoomId,
  type RoomVersion,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import type { AliasClaimant } from './alias-claims.ts'
import type { Aliases } from './aliases.ts'
import type { Memberships } from './membership.ts'
import type { Room } from './room.ts'
import type { RoomLimits } from './room-limits.ts'
import type { RoomStores } from './rooms.ts'
import type { TimelineWriter } from './timeline-writer.ts'
import type { Timeline } from './timeline.ts'

type Preset = 'private_chat' | 'trusted_private_chat' | 'public_chat'

interface InitialState {
  readonly type: string
  readonly state_key?: string
  readonly content: JsonObject
}

export interface NewRoom {
  readonly creator: UserId
  readonly appservice: AliasClaimant | undefined
  readonly version?: string | undefined
  readonly preset?: Preset | undefined
  readonly visibility?: 'public' | 'private' | undefined
  readonly aliasLocalpart?: string | undefined
  readonly name?: string | undefined
  readonly topic?: string | undefined
  readonly invite?: readonly UserId[] | undefined
  readonly isDirect?: boolean | undefined
  readonly creationContent?: JsonObject | undefined
  readonly initialState?: readonly InitialState[] | undefined
  readonly powerLevelOverride?: JsonObject | undefined
  readonly originServerTs?: number | undefined
}

interface CreateServices {
  readonly config: { readonly default_room_version: string }
  readonly serverName: ServerName
  readonly timeline: Timeline
  readonly memberships: Memberships
  readonly aliases: Aliases
  readonly stores: Pick<RoomStores, 'rooms'>
  readonly limits: RoomLimits
}

const PRESETS: Record<Preset, { joinRule: string; guestAccess: string }> = {
  private_chat: { joinRule: 'invite', guestAccess: 'can_join' },
  trusted_private_chat: { joinRule: 'invite', guestAccess: 'can_join' },
  public_chat: { joinRule: 'public', guestAccess: 'forbidden' },
}

/**
 * Makes a room with all that it starts with, in one transaction: it is there whole, or not at all.
 * https://spec.matrix.org/v1.19/client-server-api/#creation
 */
export async function createRoom(services: CreateServices, wish: NewRoom): Promise<RoomId> {
  const { config, serverName, aliases, memberships, timeline } = services
  const version = roomVersion(wish.version ?? config.default_room_version)
  const alias = wish.aliasLocalpart === undefined ? undefined : roomAliasOf(wish.aliasLocalpart, serverName)
  if (alias !== undefined) {
    aliases.check(alias, wish.appservice)
    if (await services.stores.rooms.alias(alias)) throw roomInUse(alias)
  }
  await Promise.all(
    (wish.invite ?? []).map((target) => memberships.beforeInvite(undefined, { sender: wish.creator, target })),
  )
  const profiles = new Map<UserId, JsonObject>()
  for (const userId of [wish.creator, ...(wish.invite ?? [])]) profiles.set(userId, await memberships.profileOf(userId))
  return timeline.write(async (writer) => {
    await services.limits.checkCreate(writer.tx, wish.creator)
    const roomId = version.roomIdIsCreateHash
      ? undefined
      : (`!${randomBytes(14).toString('base64url')}:${serverName}` as RoomId)
    const room = await writer.createRoom(
      version,
      {
        sender: wish.creator,
        content: creationContent(version, wish),
        originServerTs: wish.originServerTs,
      },
      roomId,
    )
    await fill(services, writer, { room, wish, alias, profiles })
    return room.roomId
  })
}

function creationContent(version: RoomVersion, wish: NewRoom): JsonObject {
  const { creator: _creator, room_version: _version, ...content } = wish.creationContent ?? {}
  const asked = content['additional_creators']
  const trusted = wish.preset === 'trusted_private_chat' && version.privilegedCreators ? (wish.invite ?? []) : []
  const creators = [...new Set([...(Array.isArray(asked) ? asked : []), ...trusted])]
  return {
    ...content,
    room_version: version.id,
    ...(!version.creatorIsSender && { creator: wish.creator }),
    ...(version.privilegedCreators && creators.length > 0 && { additional_creators: creators }),
  }
}

interface Filling {
  readonly room: Room
  readonly wish: NewRoom
  readonly alias: RoomAlias | undefined
  readonly profiles: ReadonlyMap<UserId, JsonObject>
}

async function fill(services: CreateServices, writer: TimelineWriter, filling: Filling): Promise<void> {
  const { room, wish, alias, profiles } = filling
  const { memberships, aliases, stores } = services
  const { creator, originServerTs } = wish
  await memberships.setIn(writer, room, {
    sender: creator,
    target: creator,
    membership: 'join',
    content: profiles.get(creator) ?? {},
    originServerTs,
  })
  if (alias !== undefined) {
    try {
      await aliases.createIn(writer, alias, room, creator)
    } catch (cause) {
      throw cause instanceof MatrixError ? roomInUse(alias) : cause
    }
  }
  for (const { type, state_key: stateKey = '', content } of firstState(room.version, wish, alias)) {
    await writer.append(room, { type, stateKey, content, sender: creator, originServerTs })
  }
  for (const target of wish.invite ?? []) {
    if (target === creator) continue
    const direct = wish.isDirect ? { is_direct: true } : {}
    await memberships.setIn(writer, room, {
      sender: creator,
      target,
      membership: 'invite',
      content: { ...profiles.get(target), ...direct },
      originServerTs,
    })
  }
  if (wish.visibility === 'public') await stores.rooms.setPublished(writer.tx, room.nid, '', true)
}

/** In the order that the specification gives; of two events for one key the later is the client's own. */
function firstState(version: RoomVersion, wish: NewRoom, alias: RoomAlias | undefined): InitialState[] {
  const preset = wish.preset ?? (wish.visibility === 'public' ? 'public_chat' : 'private_chat')
  const { joinRule, guestAccess } = PRESETS[preset]
  const given = wish.initialState ?? []
  for (const { type } of given) {
    if (type === 'm.room.create' || type === 'm.room.member') throw invalidParam(`${type} cannot be initial state`)
  }
  const isGiven = (type: string): boolean =>
    given.some((state) => state.type === type && (state.state_key ?? '') === '')
  const presets: InitialState[] = [
    { type: 'm.room.join_rules', content: { join_rule: joinRule } },
    { type: 'm.room.history_visibility', content: { history_visibility: 'shared' } },
    { type: 'm.room.guest_access', content: { guest_access: guestAccess } },
  ].filter(({ type }) => !isGiven(type))
  return [
    { type: 'm.room.power_levels', content: powerLevels(version, wish, preset) },
    ...(alias !== undefined && !isGiven('m.room.canonical_alias')
      ? [{ type: 'm.room.canonical_alias', content: { alias } }]
      : []),
    ...presets,
    ...given.filter(({ type }) => type !== 'm.room.power_levels'),
    ...given.filter(({ type }) => type === 'm.room.power_levels'),
    ...(wish.name === undefined ? [] : [{ type: 'm.room.name', content: { name: wish.name } }]),
    ...(wish.topic === undefined
      ? []
      : [{ type: 'm.room.topic', content: { topic: wish.topic, 'm.topic': { 'm.text': [{ body: wish.topic }] } } }]),
  ]
}

function powerLevels(version: RoomVersion, wish: NewRoom, preset: Preset): JsonObject {
  const users = new Map(version.privilegedCreators ? [] : [[wish.creator, 100]])
  if (preset === 'trusted_private_chat' && !version.privilegedCreators) {
    for (const userId of wish.invite ?? []) users.set(userId, 100)
  }
  const content: JsonObject = {
    users: jsonOf(users),
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.power_levels': 100,
      'm.room.history_visibility': 100,
      'm.room.canonical_alias': 50,
      'm.room.avatar': 50,
      'm.room.tombstone': version.privilegedCreators ? 150 : 100,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: preset === 'public_chat' ? 50 : 0,
  }
  const { powerLevelOverride: override } = wish
  if (override === undefined) return content
  if (!isJsonObject(override)) throw badJson('power_level_content_override is not an object')
  if (version.privilegedCreators && isJsonObject(override['users']) && Object.hasOwn(override['users'], wish.creator)) {
    throw forbidden('Creators have no entry in the power levels of this room version')
  }
  return { ...content, ...override }
}

function roomInUse(alias: string): MatrixError {
  return new MatrixError('M_ROOM_IN_USE', `Room alias ${alias} already exists`)
}
