/** So long without a word, and it is worth asking. */
const silenceMs = 900_000

/** Notices when nothing is said for a long time. */
export class Silence {
  readonly #onSilence: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence
  }

  /** Something was said: the time begins anew. */
  broken(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onSilence, silenceMs)
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
