import type { Clock } from '../clock.ts'

interface Share {
  /** How many events of it came lately; halves every second. */
  load: number
  loadAtMs: number
  underWay: number
  /** Between one step of a message and its next there is a moment in which nothing seems to be under way. */
  endedAtMs: number
}

const halfLifeMs = 1000
const graceMs = 4
const companyMs = 2000
const lookAgainMs = 2
/** Nobody waits longer for others, however busy they are. */
const longestWaitMs = 40
/** Who has so many times more to do than another lets it go first. */
const muchMore = 4

/**
 * Turns of the networks of one process: one that is flooded lets others go first, so that a message of theirs takes about
 * as long as ever. Where nobody else has work, nobody waits.
 */
export class Turns {
  readonly #clock: Clock
  readonly #shares = new Map<string, Share>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** So many events of a network have come. */
  note(network: string, count: number): void {
    const share = this.#shareOf(network)
    share.load = this.#loadOf(share) + count
    share.loadAtMs = this.#clock.elapsedMs()
  }

  /** Does a piece of a network's work when its turn has come. */
  async take<T>(network: string, work: () => Promise<T>): Promise<T> {
    const share = this.#shareOf(network)
    await this.#untilTurn(share)
    share.underWay++
    try {
      return await work()
    } finally {
      share.underWay--
      share.endedAtMs = this.#clock.elapsedMs()
    }
  }

  /** Has nobody else done anything of late? */
  isAlone(network: string): boolean {
    const nowMs = this.#clock.elapsedMs()
    return [...this.#shares].every(([name, { endedAtMs }]) => name === network || nowMs - endedAtMs > companyMs)
  }

  async #untilTurn(share: Share): Promise<void> {
    const deadlineMs = this.#clock.elapsedMs() + longestWaitMs
    while (this.#mustLetPass(share) && this.#clock.elapsedMs() < deadlineMs) {
      await new Promise<void>((resolve) => {
        this.#clock.schedule(resolve, lookAgainMs)
      })
    }
  }

  #mustLetPass(share: Share): boolean {
    const load = this.#loadOf(share)
    for (const other of this.#shares.values()) {
      if (other !== share && this.#isBusy(other) && load > muchMore * (this.#loadOf(other) + 1)) return true
    }
    return false
  }

  #isBusy({ underWay, endedAtMs }: Share): boolean {
    return underWay > 0 || this.#clock.elapsedMs() - endedAtMs < graceMs
  }

  #loadOf({ load, loadAtMs }: Share): number {
    return load * 0.5 ** ((this.#clock.elapsedMs() - loadAtMs) / halfLifeMs)
  }

  #shareOf(network: string): Share {
    const share = this.#shares.get(network) ?? { load: 0, loadAtMs: 0, underWay: 0, endedAtMs: 0 }
    this.#shares.set(network, share)
    return share
  }
}
