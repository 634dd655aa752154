type Enter = () => void

/** Lets so many through at once. Of those who wait, each party has its turn, and within a party whoever came first. */
export class FairGate {
  readonly #width: number
  #inside = 0
  /** By party; whose turn is next comes first. */
  readonly #waiting = new Map<string, Enter[]>()

  constructor(width: number) {
    this.#width = width
  }

  /** @throws the signal's reason where it is aborted before the turn has come */
  async through<T>(party: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#inside < this.#width) this.#inside++
    else await this.#turn(party, signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** The place of whoever leaves is handed on. */
  async #turn(party: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(party) ?? []
    waiting.push(resolve)
    this.#waiting.set(party, waiting)
    const onAbort = (): void => {
      this.#remove(party, resolve)
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', onAbort)
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) return void this.#inside--
    const [party, waiting] = next
    const enter = waiting.shift()
    this.#waiting.delete(party)
    if (waiting.length > 0) this.#waiting.set(party, waiting)
    enter?.()
  }

  #remove(party: string, enter: Enter): void {
    const rest = (this.#waiting.get(party) ?? []).filter((other) => other !== enter)
    if (rest.length > 0) this.#waiting.set(party, rest)
    else this.#waiting.delete(party)
  }
}
