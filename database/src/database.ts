/** A value that both engines bind and return alike. Booleans are stored as 0 / 1; 64-bit counts come back as numbers. */
export type SqlValue = string | number | Uint8Array | null

/** A row as the driver returns it; stores turn it into a domain type and never hand it on. */
export type SqlRow = Record<string, SqlValue>

/** Statements use `$1`-style placeholders and run unchanged on SQLite and PostgreSQL. */
export interface Queryable {
  get<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row | undefined>
  all<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row[]>
}

/**
 * A write transaction. Writers of one database run one after another; several of them share one commit, so work inside
 * must wait for nothing but the database. A throw undoes this transaction alone, not the others of its group.
 */
export interface Transaction extends Queryable {
  /** Returns the number of rows changed. */
  run(sql: string, ...params: readonly SqlValue[]): Promise<number>
  /**
   * Runs a statement, in order with the others, without waiting for it: for writes whose count nobody needs. When it
   * fails the transaction fails, at once or at its end, whatever `work` does.
   */
  post(sql: string, ...params: readonly SqlValue[]): void
  /** Runs after the commit is durable, in the order the transactions committed; never after a roll-back. */
  onCommit(effect: () => void): void
  /** Runs when the transaction was undone, by its own error or with its group, before its caller hears of it. */
  onUndone(effect: () => void): void
}

/** The one SQL facade: reads see only committed data, writes happen in `transaction`. */
export interface Database extends Queryable, AsyncDisposable {
  readonly engine: 'sqlite' | 'postgres'
  /** Resolves once the work is durable (group commit); rejects with the error of `work`, undone. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}
