import type { Database, SqlValue, Transaction } from '@pons/database'

/** Counts statements: in all, and the most between two turns of the event loop. */
export class StatementCount {
  total = 0
  mostInTurn = 0
  #inTurn = 0
  #isWatching = false

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.total = 0
    this.mostInTurn = 0
    this.#inTurn = 0
    this.#isWatching = true
    const turn = (): void => {
      this.#inTurn = 0
      if (this.#isWatching) setImmediate(turn)
    }
    setImmediate(turn)
    try {
      return await work()
    } finally {
      this.#isWatching = false
    }
  }

  add(): void {
    this.total += 1
    this.#inTurn += 1
    this.mostInTurn = Math.max(this.mostInTurn, this.#inTurn)
  }
}

/** The same database, with every statement counted. */
export function counted(database: Database, count: StatementCount): Database {
  return {
    engine: database.engine,
    get: (sql: string, ...params: readonly SqlValue[]) => (count.add(), database.get(sql, ...params)),
    all: (sql: string, ...params: readonly SqlValue[]) => (count.add(), database.all(sql, ...params)),
    transaction: (work) => database.transaction((tx) => work(countedTransaction(tx, count))),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  } as Database
}

function countedTransaction(tx: Transaction, count: StatementCount): Transaction {
  return {
    get: (sql: string, ...params: readonly SqlValue[]) => (count.add(), tx.get(sql, ...params)),
    all: (sql: string, ...params: readonly SqlValue[]) => (count.add(), tx.all(sql, ...params)),
    run: (sql, ...params) => (count.add(), tx.run(sql, ...params)),
    post: (sql, ...params) => (count.add(), tx.post(sql, ...params)),
    onCommit: (effect) => tx.onCommit(effect),
    onUndone: (effect) => tx.onUndone(effect),
  } as Transaction
}
