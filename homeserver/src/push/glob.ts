const wordLetter = /[a-z0-9_]/
const wildcard = /[*?]/

interface Edges {
  /** Whether a match may begin, or end, before this character. */
  readonly canStart: (text: readonly string[], at: number) => boolean
  readonly canEnd: (text: readonly string[], at: number) => boolean
}

const whole: Edges = { canStart: (_text, at) => at === 0, canEnd: (text, at) => at === text.length }

// A boundary is an end of the text, or a character that is none of a word.
const words: Edges = {
  canStart: (text, at) => !wordLetter.test(text[at - 1] ?? ''),
  canEnd: (text, at) => !wordLetter.test(text[at] ?? ''),
}

/** `*` stands for any run of characters, `?` for one; without regard to case; the whole text must match. */
export function matchesWhole(pattern: string, text: string): boolean {
  // Nearly all patterns are plain words, and are tried for every event and user.
  if (!wildcard.test(pattern)) return pattern === text || pattern.toLowerCase() === text.toLowerCase()
  return matches(pattern, text, whole)
}

/** The same for any part of the text that starts and ends where a word does. */
export function matchesWords(pattern: string, text: string): boolean {
  if (!wildcard.test(pattern) && !text.toLowerCase().includes(pattern.toLowerCase())) return false
  return matches(pattern, text, words)
}

/**
 * Each piece between stars is taken where it is found first: that leaves the most for those after it, so nothing is ever
 * tried again.
 */
function matches(pattern: string, value: string, { canStart, canEnd }: Edges): boolean {
  const text = Array.from(value.toLowerCase())
  const pieces = pattern
    .toLowerCase()
    .split('*')
    .map((piece) => Array.from(piece))
  const [first = [], ...others] = pieces
  const last = others.pop()
  if (last === undefined) {
    return find(text, first, 0, (at) => canStart(text, at) && canEnd(text, at + first.length)) !== undefined
  }
  let at = 0
  if (first.length > 0) {
    const found = find(text, first, 0, (start) => canStart(text, start))
    if (found === undefined) return false
    at = found + first.length
  }
  for (const piece of others) {
    const found = find(text, piece, at, () => true)
    if (found === undefined) return false
    at = found + piece.length
  }
  return last.length === 0 || find(text, last, at, (start) => canEnd(text, start + last.length)) !== undefined
}

function find(
  text: readonly string[],
  piece: readonly string[],
  from: number,
  fits: (at: number) => boolean,
): number | undefined {
  for (let at = from; at + piece.length <= text.length; at++) {
    if (piece.every((letter, index) => letter === '?' || letter === text[at + index]) && fits(at)) return at
  }
  return undefined
}
