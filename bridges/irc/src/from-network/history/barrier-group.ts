import type { Arrival } from './arrival.ts'

/** All channels of one chunk of lines share a barrier, so that a start with many channels costs few lines. */
export class BarrierGroup {
  readonly #onPassed: (arrival: Arrival) => void
  #group: Arrival[] | undefined

  constructor(onPassed: (arrival: Arrival) => void) {
    this.#onPassed = onPassed
  }

  add(arrival: Arrival): void {
    if (this.#group) {
      this.#group.push(arrival)
      return
    }
    const group = [arrival]
    this.#group = group
    setImmediate(() => {
      this.#group = undefined
      arrival.session.barrier('join').then(
        () => group.forEach((one) => this.#onPassed(one)),
        () => undefined,
      )
    })
  }

  /** The session is over: what comes next is another chunk. */
  clear(): void {
    this.#group = undefined
  }
}
