/** The engine looks for so long a text in linear time: its table of what to skip knows 250 letters. */
export const MAX_FAST_LENGTH = 250

/**
 * Whether the piece stands in the text, in linear time whatever both are: `includes` compares each place of the text with the
 * whole of a longer piece.
 */
export function contains(text: string, piece: string): boolean {
  if (piece.length <= MAX_FAST_LENGTH) return text.includes(piece)
  if (piece.length > text.length) return false
  // Knuth, Morris and Pratt: how much of the piece still stands after a letter that does not fit.
  const failures = new Int32Array(piece.length)
  for (let at = 1, length = 0; at < piece.length; at++) {
    while (length > 0 && piece.charCodeAt(at) !== piece.charCodeAt(length)) length = failures[length - 1]!
    if (piece.charCodeAt(at) === piece.charCodeAt(length)) length++
    failures[at] = length
  }
  for (let at = 0, length = 0; at < text.length; at++) {
    while (length > 0 && text.charCodeAt(at) !== piece.charCodeAt(length)) length = failures[length - 1]!
    if (text.charCodeAt(at) === piece.charCodeAt(length)) length++
    if (length === piece.length) return true
  }
  return false
}
