export interface Waiting {
  readonly timeoutMs: number
  /** Words for what did not come. */
  readonly describe: () => string
}

/** Those who wait for something to change. */
export class Waiters {
  readonly #waiting = new Set<() => void>()

  wake(): void {
    for (const waiter of this.#waiting) waiter()
  }

  /** Resolves at the next change, or when the time is over. */
  async next(deadline: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done)
        deadline.removeEventListener('abort', done)
        resolve()
      }
      this.#waiting.add(done)
      deadline.addEventListener('abort', done)
    })
  }

  /** The first value that is not undefined, looked for again at every change. @throws Error after the time limit */
  async until<T>(find: () => T | undefined, { timeoutMs, describe }: Waiting): Promise<T> {
    const deadline = AbortSignal.timeout(timeoutMs)
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (deadline.aborted) throw new Error(describe())
      await this.next(deadline)
    }
  }
}
