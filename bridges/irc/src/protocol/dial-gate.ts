/** How many connections are being made at once; the others wait their turn. */
export class DialGate {
  readonly #width: number
  readonly #waiting = new Set<() => void>()
  #inside = 0

  constructor(width: number) {
    this.#width = width
  }

  /** Calls `start` when there is room. The returned function gives the place back, or up; calling it again does nothing. */
  enter(start: () => void): () => void {
    let isInside = false
    let hasLeft = false
    const begin = (): void => {
      isInside = true
      this.#inside++
      start()
    }
    if (this.#inside < this.#width) begin()
    else this.#waiting.add(begin)
    return () => {
      if (hasLeft) return
      hasLeft = true
      this.#waiting.delete(begin)
      if (!isInside) return
      this.#inside--
      const [next] = this.#waiting
      if (next === undefined) return
      this.#waiting.delete(next)
      next()
    }
  }
}
