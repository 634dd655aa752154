/** Message ids of a server: time in the upper half, always growing, ending in 1 for an answer and 3 for anything else. */
export class MessageIds {
  /** Seconds that the server's clock is ahead of this machine's. */
  shiftSeconds = 0
  #last = 0n

  nowSeconds(): number {
    return Math.floor(Date.now() / 1000) + this.shiftSeconds
  }

  next(kind: 'answer' | 'other'): bigint {
    const ending = kind === 'answer' ? 1n : 3n
    const ms = Date.now() + this.shiftSeconds * 1000
    const now = (BigInt(Math.floor(ms / 1000)) << 32n) | (BigInt(ms % 1000) << 22n)
    const after = ((this.#last >> 2n) + 1n) << 2n
    this.#last = ((now > this.#last ? now : after) & ~3n) | ending
    return this.#last
  }
}
