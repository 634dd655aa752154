import type { Database, Queryable, Transaction } from '@pons/database'
import { roomVersion, type RoomId, type RoomVersion } from '@pons/matrix'

export interface RoomRecord {
  readonly nid: number
  readonly roomId: RoomId
  readonly version: RoomVersion
}

interface RoomRow {
  nid: number
  room_id: string
  version: string
}

function fromRow(row: RoomRow): RoomRecord {
  return { nid: row.nid, roomId: row.room_id as RoomId, version: roomVersion(row.version) }
}

const SELECT_BY_ID = 'select nid, room_id, version from room where room_id = $1'
const INSERT = `insert into room (nid, room_id, version, creator)
  select coalesce(max(nid), 0) + 1, $1, $2, $3 from room returning nid, room_id, version`
const SELECT_EXTREMITIES = 'select event from extremity where room = $1 order by event'
const SELECT_ALIASES = 'select alias from room_alias where room = $1 order by alias'
const SELECT_ALIAS = `select r.room_id, a.creator from room_alias a join room r on r.nid = a.room where a.alias = $1`
const INSERT_ALIAS = 'insert into room_alias (alias, room, creator) values ($1, $2, $3) on conflict (alias) do nothing'
const DELETE_ALIAS = 'delete from room_alias where alias = $1'
const MOVE_ALIASES = 'update room_alias set room = $2 where room = $1'
const MOVE_PUBLISHED = 'update published_room set room = $2 where room = $1'
const SELECT_PUBLISHED = `select r.nid, r.room_id, r.version from published_room p join room r on r.nid = p.room
  where p.network = $1 order by r.nid`
const SELECT_ALL_PUBLISHED = `select r.nid, r.room_id, r.version from published_room p join room r on r.nid = p.room
  group by r.nid, r.room_id, r.version order by r.nid`
const SELECT_IS_PUBLISHED = 'select 1 as found from published_room where room = $1 and network = $2'
const INSERT_PUBLISHED = 'insert into published_room (room, network) values ($1, $2) on conflict do nothing'
const DELETE_PUBLISHED = 'delete from published_room where room = $1 and network = $2'

export class RoomStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async byId(roomId: RoomId, from: Queryable = this.#db): Promise<RoomRecord | undefined> {
    const row = await from.get<RoomRow>(SELECT_BY_ID, roomId)
    return row && fromRow(row)
  }

  async insert(
    tx: Transaction,
    room: { roomId: RoomId; version: RoomVersion; creatorNid: number },
  ): Promise<RoomRecord> {
    const row = await tx.get<RoomRow>(INSERT, room.roomId, room.version.id, room.creatorNid)
    return fromRow(row!)
  }

  /** How many rooms a user has made. */
  async countOf(tx: Transaction, creatorNid: number): Promise<number> {
    return (await tx.get<{ n: number }>('select count(*) as n from room where creator = $1', creatorNid))?.n ?? 0
  }

  /** Empty while the room has one end, which then is its last event. */
  async extremities(roomNid: number, from: Queryable = this.#db): Promise<number[]> {
    return (await from.all<{ event: number }>(SELECT_EXTREMITIES, roomNid)).map((row) => row.event)
  }

  async aliases(roomNid: number, from: Queryable = this.#db): Promise<string[]> {
    return (await from.all<{ alias: string }>(SELECT_ALIASES, roomNid)).map((row) => row.alias)
  }

  async alias(alias: string, from: Queryable = this.#db): Promise<{ roomId: RoomId; creator: string } | undefined> {
    const row = await from.get<{ room_id: string; creator: string }>(SELECT_ALIAS, alias)
    return row && { roomId: row.room_id as RoomId, creator: row.creator }
  }

  async aliasCounts(tx: Transaction, roomNid: number, creator: string): Promise<{ ofRoom: number; ofCreator: number }> {
    const ofRoom = await tx.get<{ n: number }>('select count(*) as n from room_alias where room = $1', roomNid)
    const ofCreator = await tx.get<{ n: number }>('select count(*) as n from room_alias where creator = $1', creator)
    return { ofRoom: ofRoom?.n ?? 0, ofCreator: ofCreator?.n ?? 0 }
  }

  /** False when the alias is taken. */
  async insertAlias(tx: Transaction, alias: string, roomNid: number, creator: string): Promise<boolean> {
    return (await tx.run(INSERT_ALIAS, alias, roomNid, creator)) === 1
  }

  /** Every alias and listing of one room goes to another. */
  async moveAliases(tx: Transaction, from: number, to: number): Promise<void> {
    await tx.run(MOVE_ALIASES, from, to)
    await tx.run(MOVE_PUBLISHED, from, to)
  }

  async deleteAlias(tx: Transaction, alias: string): Promise<boolean> {
    return (await tx.run(DELETE_ALIAS, alias)) === 1
  }

  /** Rooms in one list, or in any when no network is given. */
  async published(network: string | undefined): Promise<RoomRecord[]> {
    const rows =
      network === undefined
        ? await this.#db.all<RoomRow>(SELECT_ALL_PUBLISHED)
        : await this.#db.all<RoomRow>(SELECT_PUBLISHED, network)
    return rows.map(fromRow)
  }

  async isPublished(roomNid: number, network: string): Promise<boolean> {
    return (await this.#db.get(SELECT_IS_PUBLISHED, roomNid, network)) !== undefined
  }

  async setPublished(tx: Transaction, roomNid: number, network: string, isPublished: boolean): Promise<void> {
    await tx.run(isPublished ? INSERT_PUBLISHED : DELETE_PUBLISHED, roomNid, network)
  }
}
