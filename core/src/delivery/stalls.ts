import type { Clock } from '@pons/matrix'

/** After so long without an answer somebody should know. */
const patienceMs = 60_000

/** One thing that waits for somebody else's answer. */
export interface Stall {
  /** An event id, of Matrix or of the network. */
  readonly eventId: string
  readonly direction: 'to-network' | 'to-matrix'
  /** Milliseconds since 1970. */
  readonly sinceMs: number
}

export interface StallsOptions {
  readonly clock: Clock
}

/**
 * What has waited for longer than anybody expects: for a network's answer, or for the homeserver's. It goes on waiting,
 * and so does what stands behind it, for nothing may overtake; but it is seen.
 */
export class Stalls {
  readonly #options: StallsOptions
  readonly #stalled = new Set<Stall>()
  /** Events whose people were told that they wait. */
  readonly #told = new Set<string>()

  constructor(options: StallsOptions) {
    this.#options = options
  }

  list(): Stall[] {
    return [...this.#stalled]
  }

  /** Awaits the work; `onStall` is called once, when it has taken a minute. */
  async watch<T>(of: Omit<Stall, 'sinceMs'>, work: () => Promise<T>, onStall: (stall: Stall) => void): Promise<T> {
    const { clock } = this.#options
    const stall = { ...of, sinceMs: clock.now() }
    const cancel = clock.schedule(() => {
      this.#stalled.add(stall)
      onStall(stall)
    }, patienceMs)
    try {
      return await work()
    } finally {
      cancel()
      this.#stalled.delete(stall)
    }
  }

  noteTold(eventId: string): void {
    this.#told.add(eventId)
  }

  /** True once for an event whose people were told that it waits. */
  takeTold(eventId: string): boolean {
    return this.#told.delete(eventId)
  }
}
