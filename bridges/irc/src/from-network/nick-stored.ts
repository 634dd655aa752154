/** Whether the nick of the present session is kept in mind: what we said under it is not known as ours before. */
export class NickStored {
  #stored: Promise<void> = Promise.resolve()
  #resolve: () => void = () => undefined

  /** A new session begins. */
  begin(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#stored = promise
    this.#resolve = resolve
  }

  /** It is, or never will be. */
  note(): void {
    this.#resolve()
  }

  async settled(): Promise<void> {
    await this.#stored
  }
}
