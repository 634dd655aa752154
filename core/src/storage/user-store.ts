import type { Database, Transaction } from '@pons/database'
import type { RoomId, UserId } from '@pons/matrix'
import type { ValueStore } from './value-store.ts'

const managementKey = 'pons/management/'

/** Matrix users as the bridge knows them: where they are told things. */
export class UserStore {
  readonly #db: Database
  readonly #network: string

  readonly #values: ValueStore

  constructor(db: Database, network: string, values: ValueStore) {
    this.#db = db
    this.#network = network
    this.#values = values
  }

  async managementRoom(userId: UserId): Promise<RoomId | undefined> {
    const sql = 'select management_room from bridge_user where network = $1 and user_id = $2'
    const row = await this.#db.get<{ management_room: string | null }>(sql, this.#network, userId)
    return (row?.management_room ?? undefined) as RoomId | undefined
  }

  async isManagementRoom(roomId: RoomId): Promise<boolean> {
    return (await this.ownerOfManagementRoom(roomId)) !== undefined
  }

  async ownerOfManagementRoom(roomId: RoomId): Promise<UserId | undefined> {
    const owner = await this.#values.get(managementKey + roomId)
    if (owner !== undefined) return owner as UserId
    // As earlier versions noted it: one for each person.
    const sql = 'select user_id from bridge_user where network = $1 and management_room = $2'
    return (await this.#db.get<{ user_id: string }>(sql, this.#network, roomId))?.user_id as UserId | undefined
  }

  /** Those that they had before stay; what they are told is told in this one from now on. */
  async setManagementRoom(tx: Transaction, userId: UserId, roomId: RoomId): Promise<void> {
    await this.#values.writeIn(tx, [{ key: managementKey + roomId, value: userId }])
    const sql = `insert into bridge_user (network, user_id, management_room) values ($1, $2, $3)
      on conflict (network, user_id) do update set management_room = excluded.management_room`
    await tx.run(sql, this.#network, userId, roomId)
  }

  /** They are told things in another one of theirs, where they have one. */
  async endManagementRoom(roomId: RoomId): Promise<void> {
    const owner = await this.ownerOfManagementRoom(roomId)
    if (owner === undefined) return
    const others = (await this.#values.list(managementKey)).filter(
      ({ key, value }) => value === owner && key !== managementKey + roomId,
    )
    const next = others.at(-1)?.key.slice(managementKey.length) ?? null
    await this.#db.transaction(async (tx) => {
      await this.#values.writeIn(tx, [{ key: managementKey + roomId, value: undefined }])
      const sql = 'update bridge_user set management_room = $1 where network = $2 and management_room = $3'
      await tx.run(sql, next, this.#network, roomId)
    })
  }
}
