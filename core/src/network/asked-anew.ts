/**
 * Questions that are asked whenever something changed: one of a kind at a time, and once more where something changed while
 * it was under way, since its answer may be from before that.
 */
export class AskedAnew<Key> {
  readonly #ask: (key: Key) => Promise<void>
  readonly #onError: (error: unknown, key: Key) => void
  /** True: once more. */
  readonly #underWay = new Map<Key, boolean>()

  constructor(ask: (key: Key) => Promise<void>, onError: (error: unknown, key: Key) => void) {
    this.#ask = ask
    this.#onError = onError
  }

  /** However often it is called meanwhile, one more question answers it. */
  ask(key: Key): void {
    if (this.#underWay.has(key)) {
      this.#underWay.set(key, true)
      return
    }
    this.#underWay.set(key, false)
    void this.#ask(key)
      .catch((error: unknown) => this.#onError(error, key))
      .finally(() => {
        const isOnceMore = this.#underWay.get(key) === true
        this.#underWay.delete(key)
        if (isOnceMore) this.ask(key)
      })
  }
}
