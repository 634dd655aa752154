import type { Database, Transaction } from '@pons/database'

type QueuedKind = 'event' | 'ephemeral' | 'to-device'

const KINDS: readonly QueuedKind[] = ['event', 'ephemeral', 'to-device']

export interface NewQueuedItem {
  readonly kind: QueuedKind
  /** The number of a room event; otherwise `payload` holds JSON text. */
  readonly event?: number
  readonly payload?: string
  readonly queuedTs: number
}

export interface QueuedItem extends NewQueuedItem {
  readonly seq: number
}

export interface StoredTransaction {
  readonly number: number
  readonly lastSeq: number
  /** The JSON text to push; undefined once it was delivered. */
  readonly body: string | undefined
  readonly createdTs: number
}

interface ItemRow {
  seq: number
  kind: number
  event: number | null
  payload: string | null
  queued_ts: number
}

interface TransactionRow {
  number: number
  last_seq: number
  body: string | null
  created_ts: number
}

const INSERT = `insert into appservice_outbox (appservice, seq, kind, event, payload, queued_ts)
  values ($1, $2, $3, $4, $5, $6)`
const SELECT_LAST = `select max(seq) as seq from (select seq from appservice_outbox where appservice = $1
  union all select last_seq as seq from appservice_transaction where appservice = $1) as given`
const SELECT_AFTER = `select seq, kind, event, payload, queued_ts from appservice_outbox
  where appservice = $1 and seq > $2 order by seq limit $3`
const SELECT_DEPTH =
  'select count(*) as n, min(queued_ts) as oldest from appservice_outbox where appservice = $1 and seq > $2'
const DELETE_UP_TO = 'delete from appservice_outbox where appservice = $1 and seq <= $2'
const DELETE_ONE = 'delete from appservice_outbox where appservice = $1 and seq = $2'
const SELECT_TRANSACTION = 'select number, last_seq, body, created_ts from appservice_transaction where appservice = $1'
const UPSERT_TRANSACTION = `insert into appservice_transaction (appservice, number, last_seq, body, created_ts)
  values ($1, $2, $3, $4, $5) on conflict (appservice) do update set
  number = excluded.number, last_seq = excluded.last_seq, body = excluded.body, created_ts = excluded.created_ts`
const CLEAR_BODY = 'update appservice_transaction set body = null where appservice = $1 and number <= $2'

/** What waits for application services, and the one transaction that is on its way to each. */
export class AppserviceQueueStore {
  readonly #db: Database
  /** The last number given, by service. Writers follow one another, so numbers grow in the order of commits; some may be missing. */
  readonly #last = new Map<number, number>()

  constructor(db: Database) {
    this.#db = db
  }

  /** To be awaited before anything is pushed for a service. */
  async open(appservice: number): Promise<void> {
    if (this.#last.has(appservice)) return
    this.#last.set(appservice, (await this.#db.get<{ seq: number | null }>(SELECT_LAST, appservice))?.seq ?? 0)
  }

  /** The number given. */
  push(tx: Transaction, appservice: number, item: NewQueuedItem): number {
    const { kind, event, payload, queuedTs } = item
    const last = this.#last.get(appservice)
    if (last === undefined) throw new Error('the queue of an application service was used before it was opened')
    this.#last.set(appservice, last + 1)
    tx.post(INSERT, appservice, last + 1, KINDS.indexOf(kind), event ?? null, payload ?? null, queuedTs)
    return last + 1
  }

  /** What is worth nothing any more; not events. */
  drop(tx: Transaction, appservice: number, seq: number): void {
    tx.post(DELETE_ONE, appservice, seq)
  }

  async after(appservice: number, seq: number, limit: number): Promise<QueuedItem[]> {
    const rows = await this.#db.all<ItemRow>(SELECT_AFTER, appservice, seq, limit)
    return rows.map((row) => ({
      seq: row.seq,
      kind: KINDS[row.kind] ?? 'event',
      ...(row.event !== null && { event: row.event }),
      ...(row.payload !== null && { payload: row.payload }),
      queuedTs: row.queued_ts,
    }))
  }

  /** How much waits after that number, and since when. */
  async depth(appservice: number, after: number): Promise<{ items: number; oldestTs: number | undefined }> {
    const row = (await this.#db.get<{ n: number; oldest: number | null }>(SELECT_DEPTH, appservice, after))!
    return { items: row.n, oldestTs: row.oldest ?? undefined }
  }

  async transaction(appservice: number): Promise<StoredTransaction | undefined> {
    const row = await this.#db.get<TransactionRow>(SELECT_TRANSACTION, appservice)
    return row && { number: row.number, lastSeq: row.last_seq, body: row.body ?? undefined, createdTs: row.created_ts }
  }

  saveTransaction(tx: Transaction, appservice: number, transaction: StoredTransaction): void {
    const { number, lastSeq, body, createdTs } = transaction
    tx.post(UPSERT_TRANSACTION, appservice, number, lastSeq, body ?? null, createdTs)
  }

  /** What came after it may be stored already, and stays. */
  markDelivered(
    tx: Transaction,
    appservice: number,
    { number, lastSeq }: Pick<StoredTransaction, 'number' | 'lastSeq'>,
  ): void {
    tx.post(DELETE_UP_TO, appservice, lastSeq)
    tx.post(CLEAR_BODY, appservice, number)
  }
}
