import type { Box, Counted } from './counted.ts'
import type { UpdateBatches } from './update-batches.ts'

/** How long a missing update may still be on its way ("Recovering gaps"). */
const gapWaitMs = 500

/** What came ahead of its turn, and how long what is missing before it is waited for. */
export class EarlyUpdates {
  readonly #batches: UpdateBatches
  readonly #held = new Map<Box, Counted[]>()
  readonly #timers = new Map<Box, NodeJS.Timeout>()

  constructor(batches: UpdateBatches) {
    this.#batches = batches
  }

  hold(counted: Counted): void {
    this.#held.set(counted.box, [...(this.#held.get(counted.box) ?? []), counted])
  }

  /** Hands over those whose turn has come; false where something is still missing before the next of them. */
  drain(box: Box): boolean {
    const early = this.#inTurn(box)
    for (let next = early.shift(); next !== undefined; next = early.shift()) {
      const have = this.#batches.ptsOf(box) ?? 0
      if (have + next.count < next.pts) {
        this.#held.set(box, [next, ...early])
        return false
      }
      if (next.pts > have) this.#batches.accept(next)
    }
    this.#held.delete(box)
    this.stopWaiting(box)
    return true
  }

  /** The first of a box, whatever is missing before it. */
  takeFirst(box: Box): Counted | undefined {
    const [first, ...rest] = this.#inTurn(box)
    if (first !== undefined) this.#held.set(box, rest)
    return first
  }

  /** Calls once the wait for what is missing is over. */
  waitForGap(box: Box, isOver: () => void): void {
    if (this.#timers.has(box)) return
    const timer = setTimeout(() => {
      this.#timers.delete(box)
      isOver()
    }, gapWaitMs)
    this.#timers.set(box, timer)
  }

  stopWaiting(box: Box): void {
    clearTimeout(this.#timers.get(box))
    this.#timers.delete(box)
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  #inTurn(box: Box): Counted[] {
    return (this.#held.get(box) ?? []).toSorted((a, b) => a.pts - b.pts)
  }
}
