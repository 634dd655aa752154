import type { Database, Transaction } from '@pons/database'
import type { RoomId, UserId } from '@pons/matrix'

export type DeviceListChangeKind = 'keys' | 'joined' | 'left' | 'encrypted' | 'private'

const KINDS: readonly DeviceListChangeKind[] = ['keys', 'joined', 'left', 'encrypted', 'private']

export interface DeviceListChange {
  readonly kind: DeviceListChangeKind
  /** Undefined where a room became encrypted. */
  readonly userId: UserId | undefined
  /** Undefined where the user's keys changed. */
  readonly roomId: RoomId | undefined
  /** The one user who can see a change of kind `private`. */
  readonly viewer?: UserId
}

interface Row {
  user_id: string
  room_id: string | null
  kind: number
}

const UPSERT = `insert into device_list_change (user_id, room, kind, position) values ($1, $2, $3, $4)
  on conflict (user_id, room) do update set kind = excluded.kind, position = excluded.position`
const SELECT = `select c.user_id, r.room_id, c.kind from device_list_change c left join room r on r.nid = c.room
  where c.position > $1 and c.position <= $2 order by c.position`
const SELECT_SHARED = `select r.room_id from membership a join membership b on b.room = a.room join room r on r.nid = a.room
  where a.user_nid = (select nid from interned where text = $1) and a.membership = 2
  and b.user_nid = (select nid from interned where text = $2) and b.membership = 2`
const SELECT_APPSERVICE = 'select position from device_list_appservice where appservice = $1'
const UPSERT_APPSERVICE = `insert into device_list_appservice (appservice, position) values ($1, $2)
  on conflict (appservice) do update set position = excluded.position`

export class DeviceListStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async add(
    tx: Transaction,
    change: { kind: DeviceListChangeKind; userId?: UserId; roomNid?: number; viewer?: UserId },
    position: number,
  ): Promise<void> {
    // No user id has a blank in it.
    const about = [change.viewer, change.userId].filter((userId) => userId !== undefined).join(' ')
    await tx.run(UPSERT, about, change.roomNid ?? 0, KINDS.indexOf(change.kind), position)
  }

  async changes(since: number, upTo: number): Promise<DeviceListChange[]> {
    const rows = await this.#db.all<Row>(SELECT, since, upTo)
    return rows.map((row) => {
      const users = row.user_id.split(' ') as UserId[]
      const userId = users.at(-1)
      return {
        kind: KINDS[row.kind] ?? 'keys',
        userId: userId === '' ? undefined : userId,
        roomId: row.room_id === null ? undefined : (row.room_id as RoomId),
        ...(users.length > 1 && { viewer: users[0]! }),
      }
    })
  }

  /** The rooms that both are in. */
  async sharedRooms(a: UserId, b: UserId): Promise<RoomId[]> {
    return (await this.#db.all<{ room_id: string }>(SELECT_SHARED, a, b)).map((row) => row.room_id as RoomId)
  }

  async toldUpTo(appservice: number): Promise<number> {
    return (await this.#db.get<{ position: number }>(SELECT_APPSERVICE, appservice))?.position ?? 0
  }

  async setToldUpTo(tx: Transaction, appservice: number, position: number): Promise<void> {
    await tx.run(UPSERT_APPSERVICE, appservice, position)
  }
}
