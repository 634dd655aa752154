import type { Database, Queryable, Transaction } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'

const INSERT = 'insert into to_device (user_id, device_id, position, message) values ($1, $2, $3, $4)'
const SELECT = `select position, message from to_device
  where user_id = $1 and device_id = $2 and position <= $3 order by position`
const DELETE_UP_TO = 'delete from to_device where user_id = $1 and device_id = $2 and position <= $3'
const DELETE_ALL = 'delete from to_device where user_id = $1 and device_id = $2'
const PRUNE = `delete from to_device where user_id = $1 and device_id = $2 and position <= (
  select position from to_device where user_id = $1 and device_id = $2 order by position desc limit 1 offset $3)`
const INSERT_TXN = `insert into to_device_txn (user_id, device_id, txn_id, created_ts) values ($1, $2, $3, $4)
  on conflict do nothing`
const DELETE_OLD_TXNS = 'delete from to_device_txn where created_ts < $1'

export class ToDeviceStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async insert(
    tx: Transaction,
    to: { userId: UserId; deviceId: string; position: number },
    message: JsonObject,
  ): Promise<void> {
    await tx.run(INSERT, to.userId, to.deviceId, to.position, JSON.stringify(message))
  }

  /** Keeps the newest only. */
  async prune(tx: Transaction, userId: UserId, deviceId: string, kept: number): Promise<void> {
    await tx.run(PRUNE, userId, deviceId, kept)
  }

  async inbox(
    userId: UserId,
    deviceId: string,
    upTo: number,
    from: Queryable = this.#db,
  ): Promise<{ position: number; message: JsonObject }[]> {
    const rows = await from.all<{ position: number; message: string }>(SELECT, userId, deviceId, upTo)
    return rows.map((row) => ({ position: row.position, message: JSON.parse(row.message) as JsonObject }))
  }

  async deleteUpTo(tx: Transaction, userId: UserId, deviceId: string, position: number): Promise<void> {
    await tx.run(DELETE_UP_TO, userId, deviceId, position)
  }

  async deleteAll(tx: Transaction, userId: UserId, deviceId: string): Promise<void> {
    await tx.run(DELETE_ALL, userId, deviceId)
  }

  /** False for a repeat. */
  async insertTxn(
    tx: Transaction,
    txn: { userId: UserId; deviceId: string; txnId: string; createdTs: number },
  ): Promise<boolean> {
    return (await tx.run(INSERT_TXN, txn.userId, txn.deviceId, txn.txnId, txn.createdTs)) === 1
  }

  async deleteTxnsBefore(tx: Transaction, ts: number): Promise<void> {
    await tx.run(DELETE_OLD_TXNS, ts)
  }
}
