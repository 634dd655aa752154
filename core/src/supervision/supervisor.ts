import type { Logger } from 'pino'
import { backoffMs, type Clock } from '@pons/matrix'
import type { ClientStateReport } from '../network/bridge-host.ts'
import { unlessHangs } from './unless-hangs.ts'

interface Supervised {
  /** Network id. */
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
}

export interface SupervisorOptions {
  readonly supervised: Supervised
  readonly clock: Clock
  readonly logger: Logger
  /** Told when the adapter fails and when it runs again. */
  readonly onState: (report: ClientStateReport) => void
}

const firstDelayMs = 1000
const longestDelayMs = 300_000
/** After so long without a failure the next one is the first again. */
const stableMs = 600_000
/** An adapter that hangs is not waited for. */
const patienceMs = 15_000

/**
 * Keeps one adapter running: starts it, and when it fails, by a throw at its start or by an exception out of one of its
 * callbacks, stops what is left of it and starts it again after a pause that doubles. Others never wait for it.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  #failures = 0
  #lastFailureMs = 0
  #isEnded = false
  #isRecovering = false
  #cancelTimer: (() => void) | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Resolves once the adapter has started, has failed to, or hangs: it is looked after in each case. */
  async start(): Promise<void> {
    try {
      await this.#patiently('start', () => this.#options.supervised.start())
    } catch (error) {
      this.fail(error)
    }
  }

  /** Something of the adapter went wrong beyond what it could handle. */
  fail(error: unknown): void {
    const { supervised, clock, logger, onState } = this.#options
    logger.error({ err: error }, 'network failed')
    if (this.#isEnded || this.#isRecovering) return
    this.#isRecovering = true
    const nowMs = clock.elapsedMs()
    this.#failures = nowMs - this.#lastFailureMs > stableMs ? 1 : this.#failures + 1
    this.#lastFailureMs = nowMs
    const delayMs = backoffMs(this.#failures, { firstMs: firstDelayMs, longestMs: longestDelayMs })
    const message = `the network failed and starts again in ${Math.ceil(delayMs / 1000)} s`
    onState({ name: supervised.name, state: 'UNKNOWN_ERROR', message })
    void this.#patiently('stop', () => supervised.stop())
      .catch((failed: unknown) => logger.warn({ err: failed }, 'failed network could not be stopped'))
      .then(() => {
        if (!this.#isEnded) this.#cancelTimer = clock.schedule(() => void this.#again(), delayMs)
      })
  }

  async stop(): Promise<void> {
    this.#isEnded = true
    this.#cancelTimer?.()
    await this.#patiently('stop', () => this.#options.supervised.stop())
  }

  async #again(): Promise<void> {
    this.#isRecovering = false
    const { supervised, onState } = this.#options
    onState({ name: supervised.name, state: 'CONNECTING', message: 'starts again after a failure' })
    await this.start()
    if (!this.#isRecovering) onState({ name: supervised.name, state: 'CONNECTED' })
  }

  async #patiently(what: string, work: () => Promise<void>): Promise<void> {
    const { clock, logger } = this.#options
    if (!(await unlessHangs(clock, patienceMs, work())))
      logger.error({ what }, 'network hangs; the others go on without it')
  }
}
