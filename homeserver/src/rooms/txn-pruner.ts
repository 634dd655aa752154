import type { Database, Transaction } from '@pons/database'
import type { Logger } from 'pino'
import type { Clock } from '@pons/matrix'
import { TxnPruneStore } from '../storage/txn-prune-store.ts'

export interface TxnPrunerOptions {
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  /** For what people send from devices; application services have twelve times as long. */
  readonly keepMs: number
  /** Of one device's the newest so many stay, however young the others are. */
  readonly keepOfDevice?: number
}

const KEEP_OF_DEVICE = 10_000
const EVENTS_AT_ONCE = 10_000

const SLICE = 200
const LONGEST_PAUSE_MS = 10 * 60 * 1000
const APPSERVICE_FACTOR = 12

/** Takes away transaction ids of old events, a slice at a time: decision 0009. */
export class TxnPruner implements AsyncDisposable {
  readonly #options: TxnPrunerOptions
  readonly #store = new TxnPruneStore()
  #cancelTimer: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #isEnding = false
  /** Up to which event the devices were looked at; unknown at first. */
  #lookedAt: number | undefined

  constructor(options: TxnPrunerOptions) {
    this.#options = options
    this.#schedule()
  }

  /** Everything that is due. Resolves with how many went. */
  async run(): Promise<number> {
    const { database, clock, keepMs } = this.#options
    const nowMs = clock.now()
    const longestMs = nowMs - keepMs * APPSERVICE_FACTOR
    const bounds = await database.transaction(async (tx) => {
      await this.#store.mark(tx, nowMs)
      const looked = await this.#store.newestAt(tx, nowMs - 1)
      const newest = await this.#store.newest(tx)
      const devices = await this.#store.newestAt(tx, nowMs - keepMs)
      const appservices = await this.#store.newestAt(tx, longestMs)
      // The one before the bound is what the next look-up will find.
      await this.#store.forgetMarksBefore(tx, longestMs - LONGEST_PAUSE_MS * 2)
      return { looked, newest, devices, appservices }
    })
    const ofDevices = await this.#all((tx) => this.#store.deleteOfDevices(tx, bounds.devices, SLICE))
    const ofAppservices = await this.#all((tx) => this.#store.deleteOfAppservices(tx, bounds.appservices, SLICE))
    return ofDevices + ofAppservices + (await this.#beyond(this.#lookedAt ?? bounds.looked, bounds.newest))
  }

  /** Of the devices that sent since the last time. */
  async #beyond(after: number, newest: number): Promise<number> {
    const { database, keepOfDevice = KEEP_OF_DEVICE } = this.#options
    let total = 0
    for (let from = after; from < newest && !this.#isEnding; from += EVENTS_AT_ONCE) {
      const upTo = Math.min(from + EVENTS_AT_ONCE, newest)
      for (const device of await database.transaction((tx) => this.#store.sendersIn(tx, from, upTo))) {
        total += await this.#all((tx) => this.#store.deleteBeyond(tx, device, keepOfDevice, SLICE))
      }
      this.#lookedAt = upTo
    }
    return total
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    this.#cancelTimer?.()
    await this.#running
  }

  async #all(work: (tx: Transaction) => Promise<number>): Promise<number> {
    let total = 0
    for (;;) {
      const count = await this.#options.database.transaction(work)
      total += count
      if (count === 0 || this.#isEnding) return total
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #schedule(): void {
    const { clock, logger, keepMs } = this.#options
    this.#cancelTimer = clock.schedule(
      () => {
        this.#running = this.run()
          .then((count) => {
            if (count > 0) logger.debug({ count }, 'transaction ids pruned')
          })
          .catch((error: unknown) => logger.warn({ err: error }, 'transaction ids could not be pruned'))
          .then(() => {
            if (!this.#isEnding) this.#schedule()
          })
      },
      Math.min(LONGEST_PAUSE_MS, Math.max(1000, keepMs / 4)),
    )
  }
}
