import type { Effects } from './group-writer.ts'

/** What is noted of a transaction of either engine beside its statements. */
export class TransactionEnd {
  readonly #effects: Effects
  #isOpen = true
  #failure: unknown

  constructor(effects: Effects) {
    this.#effects = effects
  }

  onCommit(effect: () => void): void {
    this.#effects.committed.push(effect)
  }

  onUndone(effect: () => void): void {
    this.#effects.undone.push(effect)
  }

  /** What a posted statement failed with, as far as that is known; the first one counts. */
  get failure(): unknown {
    return this.#failure
  }

  failed(error: unknown): void {
    this.#failure ??= error
  }

  /** @throws Error after the end */
  requireOpen(): void {
    if (!this.#isOpen) throw new Error('transaction used after its end')
  }

  close(): void {
    this.#isOpen = false
  }
}
