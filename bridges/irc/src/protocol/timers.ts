import type { Clock } from './clock.ts'

/** What one connection has still to do later; none of it is done after its end. */
export class Timers {
  readonly #clock: Clock
  readonly #cancels = new Set<() => void>()
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  after(delayMs: number, callback: () => void): void {
    if (this.#isClosed) return
    const cancel = this.#clock.schedule(() => {
      this.#cancels.delete(cancel)
      callback()
    }, delayMs)
    this.#cancels.add(cancel)
  }

  close(): void {
    this.#isClosed = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}
