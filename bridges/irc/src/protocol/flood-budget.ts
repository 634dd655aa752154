import type { Clock } from './clock.ts'

/** What a server lets one connection send before it holds lines back or ends it. */
export interface FloodLimits {
  readonly burstLines: number
  readonly linesPerSecond: number
  readonly burstBytes: number
  readonly bytesPerSecond: number
}

interface Entry {
  readonly lines: readonly string[]
  readonly onWritten: (() => void) | undefined
}

/**
 * Holds lines back to a budget of lines and bytes. Lines of one key leave in order; keys take turns, so that a long text
 * for one channel does not hold up the others.
 */
export class FloodBudget {
  readonly #limits: FloodLimits
  readonly #clock: Clock
  readonly #write: (line: string) => void
  readonly #queues = new Map<string, Entry[]>()
  #lineTokens: number
  #byteTokens: number
  #refilledAtMs: number
  #cancelTimer: (() => void) | undefined

  constructor(limits: FloodLimits, clock: Clock, write: (line: string) => void) {
    this.#limits = limits
    this.#clock = clock
    this.#write = write
    this.#lineTokens = limits.burstLines
    this.#byteTokens = limits.burstBytes
    this.#refilledAtMs = clock.now()
  }

  /** Queues lines that leave together, without others between them. `onWritten` is called when they have been handed to the socket. */
  enqueue(key: string, lines: readonly string[], onWritten?: () => void): void {
    const queue = this.#queues.get(key)
    if (queue) queue.push({ lines, onWritten })
    else this.#queues.set(key, [{ lines, onWritten }])
    this.#drain()
  }

  /** Writes past the queue. The budget still pays for it, and may go below zero. */
  writeNow(line: string): void {
    this.#refill()
    this.#spend([line])
    this.#write(line)
  }

  get queuedLines(): number {
    let count = 0
    for (const queue of this.#queues.values()) for (const entry of queue) count += entry.lines.length
    return count
  }

  /** Forgets what has not been written. */
  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#queues.clear()
  }

  #drain(): void {
    if (this.#cancelTimer) return
    this.#refill()
    for (;;) {
      const next = this.#queues.entries().next()
      if (next.done) return
      const [key, queue] = next.value
      const waitMs = this.#waitMs()
      if (waitMs > 0) {
        this.#cancelTimer = this.#clock.schedule(() => {
          this.#cancelTimer = undefined
          this.#drain()
        }, waitMs)
        return
      }
      const entry = queue.shift()
      this.#queues.delete(key)
      if (queue.length > 0) this.#queues.set(key, queue)
      if (entry === undefined) continue
      this.#spend(entry.lines)
      for (const line of entry.lines) this.#write(line)
      entry.onWritten?.()
    }
  }

  #refill(): void {
    const now = this.#clock.now()
    const seconds = Math.max(0, now - this.#refilledAtMs) / 1000
    this.#refilledAtMs = now
    this.#lineTokens = Math.min(this.#limits.burstLines, this.#lineTokens + seconds * this.#limits.linesPerSecond)
    this.#byteTokens = Math.min(this.#limits.burstBytes, this.#byteTokens + seconds * this.#limits.bytesPerSecond)
  }

  // A line may be written while the buckets hold anything at all: a line larger than a whole bucket must pass too.
  #waitMs(): number {
    const missingLines = Math.max(0, 1 - this.#lineTokens) / this.#limits.linesPerSecond
    const missingBytes = Math.max(0, 1 - this.#byteTokens) / this.#limits.bytesPerSecond
    return Math.ceil(Math.max(missingLines, missingBytes) * 1000)
  }

  #spend(lines: readonly string[]): void {
    this.#lineTokens -= lines.length
    for (const line of lines) this.#byteTokens -= Buffer.byteLength(line) + 2
  }
}
