import { limitExceeded } from '@pons/matrix'

export interface BodyMemoryLimits {
  /** Of all bodies that are being read or worked on at one moment. */
  readonly totalBytes: number
  /** Of those of one source, a user or an address: nobody can take it all. */
  readonly perSourceBytes: number
}

/** What one request holds of the memory for bodies. */
export interface Held {
  /** @throws MatrixError M_LIMIT_EXCEEDED */
  add(bytes: number): void
  release(): void
}

const RETRY_AFTER_MS = 1000

/** The bytes of bodies in memory, counted as they come: half a body that waits for its rest counts, too. */
export class BodyMemory {
  readonly #limits: BodyMemoryLimits
  readonly #bySource = new Map<string, number>()
  #total = 0

  constructor(limits: BodyMemoryLimits) {
    this.#limits = limits
  }

  get heldBytes(): number {
    return this.#total
  }

  hold(source: string): Held {
    let held = 0
    return {
      add: (bytes) => {
        this.#take(source, bytes)
        held += bytes
      },
      release: () => {
        this.#put(source, (this.#bySource.get(source) ?? 0) - held)
        this.#total -= held
        held = 0
      },
    }
  }

  #take(source: string, bytes: number): void {
    const ofSource = (this.#bySource.get(source) ?? 0) + bytes
    if (ofSource > this.#limits.perSourceBytes) throw limitExceeded(RETRY_AFTER_MS, 'you are sending too much at once')
    if (this.#total + bytes > this.#limits.totalBytes) {
      throw limitExceeded(RETRY_AFTER_MS, 'the server is reading as much as it can; try again')
    }
    this.#put(source, ofSource)
    this.#total += bytes
  }

  #put(source: string, bytes: number): void {
    if (bytes > 0) this.#bySource.set(source, bytes)
    else this.#bySource.delete(source)
  }
}
