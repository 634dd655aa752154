/** At most this many values go into one statement. */
const MAX_LIST = 256

/** `($2, $3, …)` for a list of `size`; lists are padded so that few texts, and so few prepared statements, exist. */
export function placeholders(size: number, first = 1): string {
  return `(${Array.from({ length: size }, (_, index) => `$${index + first}`).join(', ')})`
}

/** Cuts a list into pieces whose lengths are powers of two, the last filled up by repeating its first value. */
export function padded<T>(values: readonly T[]): T[][] {
  const pieces: T[][] = []
  for (let start = 0; start < values.length; start += MAX_LIST) {
    const piece = values.slice(start, start + MAX_LIST)
    const size = 2 ** Math.ceil(Math.log2(piece.length))
    while (piece.length < size) piece.push(piece[0]!)
    pieces.push(piece)
  }
  return pieces
}
