import type { Transaction } from './database.ts'

/** What an engine must do around the statements of a group. Each step may be synchronous. */
export interface GroupEngine {
  begin(): Promise<void> | void
  savepoint(): Promise<void> | void
  release(): Promise<void> | void
  rollbackTo(): Promise<void> | void
  /** Durable once it resolves. */
  commit(): Promise<void> | void
  rollback(): Promise<void> | void
  /** Gives requests that are already on their way the chance to join the group that is open. */
  gather(): Promise<void> | void
  /** The statements of one member of the group; `close` returns what a posted one failed with, when it is known by then. */
  open(effects: Effects): { tx: Transaction; close: () => unknown }
}

/** What a transaction has asked for, for either end. */
export interface Effects {
  readonly committed: (() => void)[]
  readonly undone: (() => void)[]
}

/**
 * Bounds how long the first member of a group can wait for the last. While a full group is on its way to the disk the next one
 * gathers; larger ones have everybody who asks wait for the same sync, and nothing to do meanwhile.
 */
const MAX_GROUP = 32

interface Job {
  readonly work: (tx: Transaction) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Done {
  readonly job: Job
  readonly value: unknown
  readonly effects: Effects
}

/** Runs write transactions one after another; those queued while a group is open share its commit. */
export class GroupWriter {
  readonly #engine: GroupEngine
  #queue: Job[] = []
  #running: Promise<void> | undefined
  #telling: Promise<void> | undefined
  #isClosed = false

  constructor(engine: GroupEngine) {
    this.#engine = engine
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error('database is closed'))
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when no group is open. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  /** While a group is committed, until whoever wants to know of it has been told. */
  get telling(): Promise<void> | undefined {
    return this.#telling
  }

  get isBusy(): boolean {
    return this.#running !== undefined
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.idle()
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#runGroup()
    this.#running = undefined
  }

  async #runGroup(): Promise<void> {
    const done: Done[] = []
    try {
      await this.#engine.begin()
    } catch (error) {
      for (const job of this.#queue.splice(0)) job.reject(error)
      return
    }
    try {
      while (done.length < MAX_GROUP) {
        const job = this.#queue.shift()
        if (job) {
          await this.#runOne(job, done)
          continue
        }
        await this.#engine.gather()
        if (this.#queue.length === 0) break
      }
      await this.#commit(done)
    } catch (error) {
      await this.#abandon(done, error)
    }
  }

  async #commit(done: readonly Done[]): Promise<void> {
    const told = Promise.withResolvers<void>()
    this.#telling = told.promise
    try {
      await this.#engine.commit()
      for (const { job, value, effects } of done) {
        for (const effect of effects.committed) runEffect(effect)
        job.resolve(value)
      }
    } finally {
      this.#telling = undefined
      told.resolve()
    }
  }

  /** Throws only when the whole group is lost. */
  async #runOne(job: Job, done: Done[]): Promise<void> {
    const effects: Effects = { committed: [], undone: [] }
    // An engine whose steps are done at once costs no turn of the queue.
    const begun = this.#engine.savepoint()
    if (begun) await begun
    const { tx, close } = this.#engine.open(effects)
    let value: unknown
    try {
      value = await job.work(tx)
      const failure = close()
      if (failure !== undefined) throw failure
      const released = this.#engine.release()
      if (released) await released
    } catch (error) {
      close()
      for (const effect of effects.undone) runEffect(effect)
      job.reject(error)
      await this.#engine.rollbackTo()
      return
    }
    done.push({ job, value, effects })
  }

  async #abandon(done: readonly Done[], error: unknown): Promise<void> {
    for (const { job, effects } of done) {
      for (const effect of effects.undone) runEffect(effect)
      job.reject(error)
    }
    try {
      await this.#engine.rollback()
    } catch {
      // The connection is gone, and the group with it: the callers have the first error already.
    }
    // Callers forget what they remembered of the lost group before the next one starts.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Commit and undoing stand whatever an effect does, so a throw is reported and the others still run. */
function runEffect(effect: () => void): void {
  try {
    effect()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)))
  }
}
