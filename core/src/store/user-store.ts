import type { Database, Transaction } from '@pons/database'
import type { RoomId, UserId } from '@pons/matrix'

/** Matrix users as the bridge knows them: where they are told things. */
export class UserStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async managementRoom(userId: UserId): Promise<RoomId | undefined> {
    const sql = 'SELECT management_room FROM bridge_user WHERE network = $1 AND user_id = $2'
    const row = await this.#db.get<{ management_room: string | null }>(sql, this.#network, userId)
    return (row?.management_room ?? undefined) as RoomId | undefined
  }

  async isManagementRoom(roomId: RoomId): Promise<boolean> {
    const sql = 'SELECT user_id FROM bridge_user WHERE network = $1 AND management_room = $2'
    return (await this.#db.get(sql, this.#network, roomId)) !== undefined
  }

  async setManagementRoom(tx: Transaction, userId: UserId, roomId: RoomId): Promise<void> {
    const sql = `INSERT INTO bridge_user (network, user_id, management_room) VALUES ($1, $2, $3)
      ON CONFLICT (network, user_id) DO UPDATE SET management_room = excluded.management_room`
    await tx.run(sql, this.#network, userId, roomId)
  }
}
