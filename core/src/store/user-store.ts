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
    const sql = 'SELECT management_room FROM bridge_user WHERE network = $1 AND user_id = $2'
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
    const sql = 'SELECT user_id FROM bridge_user WHERE network = $1 AND management_room = $2'
    return (await this.#db.get<{ user_id: string }>(sql, this.#network, roomId))?.user_id as UserId | undefined
  }

  /** Those that they had before stay; what they are told is told in this one from now on. */
  async setManagementRoom(tx: Transaction, userId: UserId, roomId: RoomId): Promise<void> {
    await this.#values.writeIn(tx, [{ key: managementKey + roomId, value: userId }])
    const sql = `INSERT INTO bridge_user (network, user_id, management_room) VALUES ($1, $2, $3)
      ON CONFLICT (network, user_id) DO UPDATE SET management_room = excluded.management_room`
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
      const sql = 'UPDATE bridge_user SET management_room = $1 WHERE network = $2 AND management_room = $3'
      await tx.run(sql, next, this.#network, roomId)
    })
  }
}
