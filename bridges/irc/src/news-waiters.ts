/** Lets those who wait for something on a connection look again, whenever there may be news of it. */
export class NewsWaiters {
  readonly #waiters = new Set<() => void>()

  /** Resolves after the next line or the end of the session; rejects when the signal aborts. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.delete(done)
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
      const done = (): void => {
        signal.removeEventListener('abort', abort)
        resolve()
      }
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      this.#waiters.add(done)
    })
  }

  note(): void {
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiters) waiter()
  }
}
