/** A whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number

/** The same seed gives the same numbers (xorshift32). */
export function seededRandom(seed: number): Random {
  let state = seed === 0 ? 1 : seed | 0
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}
