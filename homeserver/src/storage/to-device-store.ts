import type { Database, Transaction } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'

const INSERT = 'insert into to_device (user_id, device_id, position, message) values ($1, $2, $3, $4)'
const SELECT = `select position, message from to_device
  where user_id = $1 and device_id = $2 and position > $3 and position <= $4 order by position limit $5`
const SELECT_DELIVERED =
  'select 1 as one from to_device where user_id = $1 and device_id = $2 and position <= $3 limit 1'
const DELETE_UP_TO = 'delete from to_device where user_id = $1 and device_id = $2 and position <= $3'
const DELETE_ALL = 'delete from to_device where user_id = $1 and device_id = $2'
const PRUNE = `delete from to_device where user_id = $1 and device_id = $2 and position <= (
  select position from to_device where user_id = $1 and device_id = $2 order by position desc limit 1 offset $3)`
const PRUNE_BYTES = `delete from to_device where user_id = $1 and device_id = $2 and position <= (
  select max(position) from (select position, sum(length(message)) over (order by position desc) as total
    from to_device where user_id = $1 and device_id = $2) as inbox where total > $3)`
const INSERT_TXN = `insert into to_device_txn (user_id, device_id, txn_id, created_ts) values ($1, $2, $3, $4)
  on conflict do nothing`
const DELETE_OLD_TXNS = 'delete from to_device_txn where created_ts < $1'
const DELETE_SURPLUS_TXNS = `delete from to_device_txn where user_id = $1 and device_id = $2 and created_ts < (
  select created_ts from to_device_txn where user_id = $1 and device_id = $2
    order by created_ts desc limit 1 offset $3)`

export interface RecipientDevice {
  readonly userId: UserId
  readonly deviceId: string
}

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
  async prune(
    tx: Transaction,
    { userId, deviceId }: RecipientDevice,
    kept: { count: number; bytes: number },
  ): Promise<void> {
    await tx.run(PRUNE, userId, deviceId, kept.count)
    await tx.run(PRUNE_BYTES, userId, deviceId, kept.bytes)
  }

  /** The oldest in `(after, upTo]`: so many messages, and fewer where they are long; at least one if there is any. */
  async page(
    { userId, deviceId }: RecipientDevice,
    range: { after: number; upTo: number },
    most: { count: number; bytes: number },
  ): Promise<{ position: number; message: JsonObject }[]> {
    const { after, upTo } = range
    const rows = await this.#db.all<{ position: number; message: string }>(
      SELECT,
      userId,
      deviceId,
      after,
      upTo,
      most.count,
    )
    let left = most.bytes
    const end = rows.findIndex(({ message }) => (left -= message.length) < 0)
    const page = end === -1 ? rows : rows.slice(0, Math.max(1, end))
    return page.map((row) => ({ position: row.position, message: JSON.parse(row.message) as JsonObject }))
  }

  async hasUpTo({ userId, deviceId }: RecipientDevice, position: number): Promise<boolean> {
    return (await this.#db.get(SELECT_DELIVERED, userId, deviceId, position)) !== undefined
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

  /** Those that are too old, and of the one who sends now those that are too many. */
  async pruneTxns(
    tx: Transaction,
    { userId, deviceId, createdTs }: { userId: UserId; deviceId: string; createdTs: number },
    kept: { lifeMs: number; count: number },
  ): Promise<void> {
    await tx.run(DELETE_OLD_TXNS, createdTs - kept.lifeMs)
    await tx.run(DELETE_SURPLUS_TXNS, userId, deviceId, kept.count)
  }
}
