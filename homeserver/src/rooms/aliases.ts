import type { Database } from '@pons/database'
import {
  exclusive,
  forbidden,
  invalidParam,
  MatrixError,
  notFound,
  powerLevelOf,
  resourceLimitExceeded,
  requiredPowerLevel,
  serverNameOf,
  type JsonObject,
  type RoomAlias,
  type RoomId,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import type { AliasClaimant, AliasClaims, AliasQueries } from './alias-claims.ts'
import type { Room } from './room.ts'
import type { Rooms, RoomStores } from './rooms.ts'
import type { TimelineWriter } from './timeline-writer.ts'
import type { Timeline } from './timeline.ts'

export interface AliasesOptions {
  readonly database: Database
  readonly rooms: Rooms
  readonly timeline: Timeline
  readonly stores: RoomStores
  readonly claims: AliasClaims
  readonly queries: AliasQueries
  readonly serverName: ServerName
}

/** The alias is gone even when who deletes it may not change the room's own list. */
async function removeFromCanonical(
  writer: TimelineWriter,
  room: Room,
  alias: RoomAlias,
  sender: UserId,
): Promise<void> {
  const before = room.state.get('m.room.canonical_alias', '')?.content
  if (!before) return
  const { alias: main, alt_aliases: others, ...rest } = before
  const kept = Array.isArray(others) ? others.filter((other) => other !== alias) : others
  const isListed = main === alias || (Array.isArray(kept) && Array.isArray(others) && kept.length < others.length)
  if (!isListed) return
  const content: JsonObject = {
    ...rest,
    ...(main !== undefined && main !== alias && { alias: main }),
    ...(kept !== undefined && { alt_aliases: kept }),
  }
  try {
    await writer.append(room, { type: 'm.room.canonical_alias', sender, stateKey: '', content })
  } catch (error) {
    if (!(error instanceof MatrixError && error.errcode === 'M_FORBIDDEN')) throw error
  }
}

const MAX_OF_ROOM = 500
const MAX_OF_CREATOR = 500

/** The names of rooms. */
export class Aliases {
  readonly #options: AliasesOptions

  constructor(options: AliasesOptions) {
    this.#options = options
  }

  /** Asks the application service that claims an unknown alias, which may make the room for it. */
  async find(alias: RoomAlias): Promise<RoomId | undefined> {
    const { stores, queries, serverName } = this.#options
    if (serverNameOf(alias) !== serverName) return undefined
    const found = await stores.rooms.alias(alias)
    if (found) return found.roomId
    if (!(await queries.aliasExists(alias))) return undefined
    return (await stores.rooms.alias(alias))?.roomId
  }

  /** @throws MatrixError M_NOT_FOUND */
  async resolve(alias: RoomAlias): Promise<RoomId> {
    const roomId = await this.find(alias)
    if (roomId === undefined) throw notFound('Room alias not found')
    return roomId
  }

  async of(room: Room): Promise<string[]> {
    return this.#options.stores.rooms.aliases(room.nid)
  }

  /**
   * For members; an application service may name any room within its namespace.
   * @throws MatrixError M_UNKNOWN (409) when it is taken, M_EXCLUSIVE, M_INVALID_PARAM, M_FORBIDDEN
   */
  async create(
    alias: RoomAlias,
    roomId: RoomId,
    creator: UserId,
    appservice: AliasClaimant | undefined,
  ): Promise<void> {
    this.check(alias, appservice)
    await this.#options.timeline.write(async (writer) => {
      const room = await writer.room(roomId)
      if (!appservice && !room.state.isJoined(creator)) throw forbidden('You are not in this room')
      await this.createIn(writer, alias, room, creator)
    })
  }

  /** Whether this requester may have the alias at all. */
  check(alias: RoomAlias, appservice: AliasClaimant | undefined): void {
    const { claims, serverName } = this.#options
    if (serverNameOf(alias) !== serverName) throw invalidParam('The alias is not one of this server')
    const owner = claims.exclusiveOwnerOfAlias(alias)
    if (owner && owner !== appservice) throw exclusive('This alias is reserved by an application service.')
    if (appservice && appservice.namespaces.aliasMatch(alias) === undefined && owner === undefined) {
      throw exclusive('The alias is not in the namespace of the application service.')
    }
  }

  async createIn(writer: TimelineWriter, alias: RoomAlias, room: Room, creator: UserId): Promise<void> {
    await this.#checkCounts(writer, alias, room, creator)
    const inserted = await this.#options.stores.rooms.insertAlias(writer.tx, alias, room.nid, creator)
    if (!inserted) throw new MatrixError('M_UNKNOWN', `Room alias ${alias} already exists`, { status: 409 })
    writer.touched.add(room.roomId)
    room.aliasChanges += 1
  }

  /** The bot of an application service makes an alias for each chat. @throws MatrixError M_RESOURCE_LIMIT_EXCEEDED */
  async #checkCounts(writer: TimelineWriter, alias: RoomAlias, room: Room, creator: UserId): Promise<void> {
    const { stores, claims } = this.#options
    const { ofRoom, ofCreator } = await stores.rooms.aliasCounts(writer.tx, room.nid, creator)
    if (ofRoom >= MAX_OF_ROOM)
      throw resourceLimitExceeded(`a room may have ${MAX_OF_ROOM} aliases at most; delete some first`)
    if (ofCreator >= MAX_OF_CREATOR && claims.exclusiveOwnerOfAlias(alias) === undefined)
      throw resourceLimitExceeded(`a user may have ${MAX_OF_CREATOR} aliases at most; delete some first`)
  }

  /** For its creator, who may change the room's canonical alias, and server admins. */
  async delete(
    alias: RoomAlias,
    by: { userId: UserId; isAdmin: boolean; appservice: AliasClaimant | undefined },
  ): Promise<void> {
    const { stores, timeline } = this.#options
    const found = await stores.rooms.alias(alias)
    if (!found) throw notFound('Room alias not found')
    this.check(alias, by.appservice)
    await timeline.write(async (writer) => {
      const room = await writer.room(found.roomId)
      const level = powerLevelOf(room.state, by.userId)
      const isModerator =
        room.state.isJoined(by.userId) && level >= requiredPowerLevel(room.state, 'm.room.canonical_alias', true)
      const isOwn = found.creator === by.userId || by.appservice !== undefined
      if (!isOwn && !by.isAdmin && !isModerator) throw forbidden("You don't have permission to delete the alias.")
      await stores.rooms.deleteAlias(writer.tx, alias)
      writer.touched.add(room.roomId)
      room.aliasChanges += 1
      await removeFromCanonical(writer, room, alias, by.userId)
    })
  }
}
