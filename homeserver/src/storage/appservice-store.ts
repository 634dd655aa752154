import { randomBytes } from 'node:crypto'
import type { Database, Transaction } from '@pons/database'

export interface AppserviceRecord {
  readonly nid: number
  readonly id: string
  /** The registration as JSON text for those added at run time; undefined for those from files. */
  readonly registration: string | undefined
  /** Keeps transaction ids of a new database apart from those of an old one that the service may remember. */
  readonly txnPrefix: string
}

interface Row {
  nid: number
  id: string
  registration: string | null
  txn_prefix: string
}

function fromRow(row: Row): AppserviceRecord {
  return { nid: row.nid, id: row.id, registration: row.registration ?? undefined, txnPrefix: row.txn_prefix }
}

const COLUMNS = 'nid, id, registration, txn_prefix'
const SELECT_ALL = `select ${COLUMNS} from appservice order by nid`
const UPSERT = `insert into appservice (nid, id, registration, txn_prefix)
  select coalesce(max(nid), 0) + 1, $1, $2, $3 from appservice where true
  on conflict (id) do update set registration = excluded.registration returning ${COLUMNS}`
const DELETE = 'delete from appservice where nid = $1'
const DELETE_OUTBOX = 'delete from appservice_outbox where appservice = $1'
const DELETE_TRANSACTION = 'delete from appservice_transaction where appservice = $1'

export class AppserviceStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async all(): Promise<AppserviceRecord[]> {
    return (await this.#db.all<Row>(SELECT_ALL)).map(fromRow)
  }

  async save(tx: Transaction, id: string, registration: string | undefined): Promise<AppserviceRecord> {
    const prefix = randomBytes(6).toString('base64url')
    return fromRow((await tx.get<Row>(UPSERT, id, registration ?? null, prefix))!)
  }

  /** Forgets the service and what was queued for it. */
  async delete(tx: Transaction, nid: number): Promise<void> {
    await tx.run(DELETE_OUTBOX, nid)
    await tx.run(DELETE_TRANSACTION, nid)
    await tx.run(DELETE, nid)
  }
}
