import { backoffMs, type Clock } from '@pons/matrix'

export interface RetriesOptions {
  readonly clock: Clock
  /** Between 0 and 1. */
  readonly random: () => number
  readonly maxRetryMs: number
}

/** How soon a sign of life has it tried again: who makes a request may not listen yet, who answers a ping does. */
const SOON_MS = { request: 500, ping: 0 } as const
/** However often it gives one. */
const SOON_EVERY_MS = 10_000
const FIRST_RETRY_MS = 1000

/** By what somebody who does not take what is pushed shows to be there. */
export type Sign = keyof typeof SOON_MS

/** When something that failed is tried again. */
export class Retries {
  readonly #options: RetriesOptions
  #failures = 0
  #lastError: string | undefined
  #atTs: number | undefined
  #wake: (() => void) | undefined
  readonly #soonTs = new Map<Sign, number>()

  constructor(options: RetriesOptions) {
    this.#options = options
  }

  /** Since the last success. */
  get failures(): number {
    return this.#failures
  }

  get lastError(): string | undefined {
    return this.#lastError
  }

  /** Undefined while nobody waits. */
  get atTs(): number | undefined {
    return this.#atTs
  }

  failed(error: string): void {
    this.#failures += 1
    this.#lastError = error
  }

  succeeded(): void {
    this.#failures = 0
    this.#lastError = undefined
  }

  /** What has failed so far says nothing of what comes, such as at another address. */
  now(): void {
    this.#failures = 0
    this.stopWaiting()
  }

  stopWaiting(): void {
    this.#wake?.()
  }

  /** It shows that it lives: it is tried sooner, and seldom, as it may fail to take what is pushed all the same. */
  soon(sign: Sign): void {
    const { clock } = this.#options
    const now = clock.now()
    const before = this.#soonTs.get(sign)
    if (this.#wake === undefined || (before !== undefined && now - before < SOON_EVERY_MS)) return
    this.#soonTs.set(sign, now)
    clock.schedule(() => this.#wake?.(), SOON_MS[sign])
  }

  /** Full jitter, so that services which failed together do not come back together. */
  delayMs(): number {
    const { random, maxRetryMs } = this.#options
    return random() * backoffMs(this.#failures, { firstMs: FIRST_RETRY_MS, longestMs: maxRetryMs })
  }

  /** Until it is time for the next one, or somebody ends the wait. */
  async wait(): Promise<void> {
    const { clock } = this.#options
    const delayMs = this.delayMs()
    this.#atTs = clock.now() + delayMs
    let cancel = (): void => {}
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      cancel = clock.schedule(resolve, delayMs)
    })
    cancel()
    this.#wake = undefined
    this.#atTs = undefined
  }
}
