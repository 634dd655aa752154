import type { Database, Transaction } from '@pons/database'
import type { Logger } from 'pino'
import type { Clock } from '@pons/matrix'
import { pieces } from '../queue/widths.ts'
import { PruneStore } from '../storage/prune-store.ts'

export interface PrunerOptions {
  readonly db: Database
  readonly network: string
  readonly clock: Clock
  readonly logger: Logger
  readonly keepMs: number
  /** The newest stay however old they are: after a long absence, those are what a homeserver may say again. */
  readonly keptNewest?: number
}

const defaultKept = 1000
const longestPauseMs = 10 * 60_000

/** Takes away what is done and older than `keepMs`, now and then. What it takes is never needed to know a repeat: decision 0009. */
export class Pruner implements AsyncDisposable {
  readonly #options: PrunerOptions
  readonly #store: PruneStore
  #cancel: () => void = () => undefined
  #running: Promise<void> = Promise.resolve()
  #isEnding = false

  constructor(options: PrunerOptions) {
    this.#options = options
    this.#store = new PruneStore(options.network)
    this.#schedule()
  }

  /** Everything that is due. Resolves with how many rows went. */
  async run(): Promise<number> {
    const { db, clock, keepMs, keptNewest = defaultKept } = this.#options
    const bounds = { beforeMs: clock.now() - keepMs, kept: keptNewest }
    const work: ((tx: Transaction) => Promise<number>)[] = [
      (tx) => this.#store.journal(tx, bounds.beforeMs, pieces.pruned),
      (tx) => this.#store.inbox(tx, bounds, pieces.pruned),
      (tx) => this.#store.transactions(tx, bounds, pieces.pruned),
    ]
    let total = 0
    for (const prune of work) {
      let count: number
      do {
        count = await db.transaction(prune)
        total += count
        // Between two slices, whatever waits has its turn.
        await new Promise((resolve) => setImmediate(resolve))
      } while (count > 0 && !this.#isEnding)
    }
    return total
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    this.#cancel()
    await this.#running
  }

  #schedule(): void {
    const { clock, keepMs, logger } = this.#options
    const pauseMs = Math.min(longestPauseMs, Math.max(1000, keepMs / 4))
    this.#cancel = clock.schedule(() => {
      this.#running = this.run()
        .then((count) => {
          if (count > 0) logger.debug({ count }, 'done rows pruned')
        })
        .catch((error: unknown) => logger.warn({ err: error }, 'pruning failed'))
        .then(() => {
          if (!this.#isEnding) this.#schedule()
        })
    }, pauseMs)
  }
}
