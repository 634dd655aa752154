import type { Clock } from '@pons/matrix'

interface Share {
  /** How many events of it came lately; halves every second. */
  load: number
  loadAtMs: number
  underWay: number
  /** Between one step of a message and its next there is a moment in which nothing seems to be under way. */
  endedAtMs: number
}

interface Waiter {
  readonly share: Share
  readonly go: () => void
}

const halfLifeMs = 1000
const graceMs = 4
const companyMs = 2000
/** Nobody waits longer for others, however busy they are. */
const longestWaitMs = 40
/** Who has so many times more to do than another lets it go first. */
const muchMore = 4

/**
 * Who is next, among the networks of one process: one that is flooded lets others go first, so that a message of theirs takes
 * about as long as ever. Where nobody else has work, nobody waits. Whoever waits is woken when what it waits for is over.
 */
export class Scheduler {
  readonly #clock: Clock
  readonly #shares = new Map<string, Share>()
  readonly #waiting = new Set<Waiter>()
  #cancelLook: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** So many events of a network have come. */
  note(network: string, count: number): void {
    const share = this.#shareOf(network)
    share.load = this.#loadOf(share) + count
    share.loadAtMs = this.#clock.elapsedMs()
    this.#look()
  }

  /** Does a piece of a network's work when its turn has come. */
  async take<T>(network: string, work: () => Promise<T>): Promise<T> {
    const share = this.#shareOf(network)
    if (this.#mustLetPass(share)) await this.#turn(share)
    share.underWay++
    try {
      return await work()
    } finally {
      share.underWay--
      share.endedAtMs = this.#clock.elapsedMs()
      this.#look()
    }
  }

  /** Has nobody else done anything of late? */
  isAlone(network: string): boolean {
    const nowMs = this.#clock.elapsedMs()
    return [...this.#shares].every(([name, { endedAtMs }]) => name === network || nowMs - endedAtMs > companyMs)
  }

  async #turn(share: Share): Promise<void> {
    const { promise, resolve: go } = Promise.withResolvers<void>()
    const cancelDeadline = this.#clock.schedule(go, longestWaitMs)
    const waiter = { share, go }
    this.#waiting.add(waiter)
    this.#look()
    await promise
    this.#waiting.delete(waiter)
    cancelDeadline()
  }

  /** Lets those go who need not wait any longer; who may go once a grace is over is looked at then. */
  #look(): void {
    if (this.#waiting.size === 0) return
    for (const { share, go } of this.#waiting) if (!this.#mustLetPass(share)) go()
    const nowMs = this.#clock.elapsedMs()
    const graces = [...this.#shares.values()]
      .filter(({ underWay }) => underWay === 0)
      .map(({ endedAtMs }) => endedAtMs + graceMs - nowMs)
      .filter((leftMs) => leftMs > 0)
    if (graces.length === 0) return
    this.#cancelLook?.()
    this.#cancelLook = this.#clock.schedule(
      () => {
        this.#cancelLook = undefined
        this.#look()
      },
      Math.min(...graces),
    )
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
