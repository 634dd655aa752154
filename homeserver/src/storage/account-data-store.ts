import type { Database, Transaction } from '@pons/database'
import type { JsonObject, RoomId, UserId } from '@pons/matrix'

export interface AccountDatum {
  /** Undefined for what belongs to no room. */
  readonly roomId: RoomId | undefined
  readonly type: string
  /** Undefined for what was deleted. */
  readonly content: JsonObject | undefined
}

interface Row {
  room: string
  type: string
  content: string | null
}

const SELECT_ONE = 'select room, type, content from account_data where user_id = $1 and room = $2 and type = $3'
const SELECT_SINCE = `select room, type, content from account_data
  where user_id = $1 and position > $2 and position <= $3 order by position`
const SELECT_ROOM = 'select room, type, content from account_data where user_id = $1 and room = $2'
const COUNT = 'select count(*) as n from account_data where user_id = $1'
const COUNT_IN_ROOM = 'select count(*) as n from account_data where user_id = $1 and room = $2'
const SELECT_EXISTS = 'select 1 as one from account_data where user_id = $1 and room = $2 and type = $3'
const UPSERT = `insert into account_data (user_id, room, type, content, position) values ($1, $2, $3, $4, $5)
  on conflict (user_id, room, type) do update set content = excluded.content, position = excluded.position`

function fromRow(row: Row): AccountDatum {
  return {
    roomId: row.room === '' ? undefined : (row.room as RoomId),
    type: row.type,
    content: row.content === null ? undefined : (JSON.parse(row.content) as JsonObject),
  }
}

export class AccountDataStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async get(
    userId: UserId,
    roomId: RoomId | undefined,
    type: string,
    from: Pick<Database, 'get'> = this.#db,
  ): Promise<JsonObject | undefined> {
    const row = await from.get<Row>(SELECT_ONE, userId, roomId ?? '', type)
    return row && fromRow(row).content
  }

  async ofRoom(userId: UserId, roomId: RoomId): Promise<AccountDatum[]> {
    return (await this.#db.all<Row>(SELECT_ROOM, userId, roomId)).map(fromRow)
  }

  /** What changed in `(since, upTo]`, in that order. */
  async changes(userId: UserId, since: number, upTo: number): Promise<AccountDatum[]> {
    return (await this.#db.all<Row>(SELECT_SINCE, userId, since, upTo)).map(fromRow)
  }

  /** Deleted data count: syncs tell of them. */
  async exists(tx: Transaction, userId: UserId, roomId: RoomId | undefined, type: string): Promise<boolean> {
    return (await tx.get(SELECT_EXISTS, userId, roomId ?? '', type)) !== undefined
  }

  /** How many there are of the user, and how many of those in the room, or in none. */
  async counts(tx: Transaction, userId: UserId, roomId: RoomId | undefined): Promise<{ all: number; here: number }> {
    const all = await tx.get<{ n: number }>(COUNT, userId)
    const here = await tx.get<{ n: number }>(COUNT_IN_ROOM, userId, roomId ?? '')
    return { all: all?.n ?? 0, here: here?.n ?? 0 }
  }

  /** Null deletes. */
  async set(
    tx: Transaction,
    userId: UserId,
    datum: { roomId: RoomId | undefined; type: string; content: JsonObject | null },
    position: number,
  ): Promise<void> {
    const { roomId, type, content } = datum
    await tx.run(UPSERT, userId, roomId ?? '', type, content === null ? null : JSON.stringify(content), position)
  }
}
