/** Jobs, one after another in the order they were added; none is begun after the queue was stopped. */
export class SerialQueue {
  readonly #onError: (error: unknown) => void
  readonly #listeners = new Set<() => void>()
  #tail: Promise<void> = Promise.resolve()
  #waiting = 0
  #hasStopped = false

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get isIdle(): boolean {
    return this.#waiting === 0
  }

  /** Resolves once the job has ended, well or badly, or will not begin any more. */
  async add(job: () => Promise<void>): Promise<void> {
    this.#waiting++
    const done = this.#tail.then(async () => {
      if (!this.#hasStopped) await job()
    })
    this.#tail = done.catch(this.#onError).finally(() => {
      this.#waiting--
      this.#tell()
    })
    await this.#tail
  }

  /** Resolves when no more jobs than that are waiting, or the queue was stopped. */
  async room(max: number): Promise<void> {
    while (this.#waiting > max && !this.#hasStopped) {
      await new Promise<void>((resolve) => this.#listeners.add(resolve))
    }
  }

  /** Resolves when the job that is under way has ended. */
  async stop(): Promise<void> {
    this.#hasStopped = true
    this.#tell()
    await this.#tail
  }

  #tell(): void {
    for (const resolve of this.#listeners) resolve()
    this.#listeners.clear()
  }
}
