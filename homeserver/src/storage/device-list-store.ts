import { setImmediate } from 'node:timers/promises'
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
  position: number
}

const PAGE = 256

const UPSERT = `insert into device_list_change (user_id, room, kind, position) values ($1, $2, $3, $4)
  on conflict (user_id, room) do update set kind = excluded.kind, position = excluded.position`
const SELECT = `select c.user_id, r.room_id, c.kind, c.position from device_list_change c
  left join room r on r.nid = c.room where c.position > $1 and c.position <= $2 order by c.position limit $3`
const SELECT_APPSERVICE = 'select position from device_list_appservice where appservice = $1'
const UPSERT_APPSERVICE = `insert into device_list_appservice (appservice, position) values ($1, $2)
  on conflict (appservice) do update set position = excluded.position`

function fromRow({ user_id: about, room_id: roomId, kind }: Row): DeviceListChange {
  const users = about.split(' ') as UserId[]
  const userId = users.at(-1)
  return {
    kind: KINDS[kind] ?? 'keys',
    userId: userId === '' ? undefined : userId,
    roomId: roomId === null ? undefined : (roomId as RoomId),
    ...(users.length > 1 && { viewer: users[0]! }),
  }
}

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

  /** What happened in `(since, upTo]`, a page at a time: whoever asks for all there is must not hold up everybody else. */
  async *changes(since: number, upTo: number): AsyncGenerator<DeviceListChange[]> {
    for (let after = since; after < upTo;) {
      const rows = await this.#db.all<Row>(SELECT, after, upTo, PAGE)
      yield rows.map(fromRow)
      if (rows.length < PAGE) return
      after = rows.at(-1)!.position
      await setImmediate()
    }
  }

  async toldUpTo(appservice: number): Promise<number> {
    return (await this.#db.get<{ position: number }>(SELECT_APPSERVICE, appservice))?.position ?? 0
  }

  async setToldUpTo(tx: Transaction, appservice: number, position: number): Promise<void> {
    await tx.run(UPSERT_APPSERVICE, appservice, position)
  }
}
