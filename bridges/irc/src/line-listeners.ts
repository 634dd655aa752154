import type { IrcLine } from './protocol/line.ts'

/** Those who read along, to collect the server's answers to a question of theirs. */
export class LineListeners {
  readonly #listeners = new Set<(line: IrcLine) => void>()

  /** Hands every line to the listener, until the returned function is called. */
  add(listener: (line: IrcLine) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  hand(line: IrcLine): void {
    for (const listener of this.#listeners) listener(line)
  }
}
