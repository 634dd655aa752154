const kept = 1000

/** Who has been told already that nobody reads what is said to the relay; by folded nick. */
export class Greeted {
  readonly #nicks = new Set<string>()

  /** True once for each nick. */
  isFirst(nick: string): boolean {
    if (this.#nicks.has(nick)) return false
    if (this.#nicks.size > kept) this.#nicks.clear()
    this.#nicks.add(nick)
    return true
  }
}
