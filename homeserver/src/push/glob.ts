import { contains, MAX_FAST_LENGTH } from '../text/contains.ts'
import { findPiece, type Letters, type Steps } from './find-piece.ts'

const wordLetter = /[a-z0-9_]/
const wildcard = /[*?]/

interface Edges {
  /** Whether a match may begin, or end, before this character. */
  readonly canStart: (text: Letters, at: number) => boolean
  readonly canEnd: (text: Letters, at: number) => boolean
}

const whole: Edges = { canStart: (_text, at) => at === 0, canEnd: (text, at) => at === text.length }

// A boundary is an end of the text, or a character that is none of a word.
const words: Edges = {
  canStart: (text, at) => !wordLetter.test(text[at - 1] ?? ''),
  canEnd: (text, at) => !wordLetter.test(text[at] ?? ''),
}

/** `*` stands for any run of characters, `?` for one; without regard to case; the whole text must match. */
export function matchesWhole(pattern: string, text: string, steps: Steps = unlimited()): boolean {
  // Nearly all patterns are plain words, and are tried for every event and user.
  if (!isLeft(steps, text)) return false
  if (!wildcard.test(pattern)) return pattern === text || pattern.toLowerCase() === text.toLowerCase()
  return matches(pattern, text, whole, steps)
}

/** The same for any part of the text that starts and ends where a word does. */
export function matchesWords(pattern: string, text: string, steps: Steps = unlimited()): boolean {
  if (!isLeft(steps, text)) return false
  if (!wildcard.test(pattern) && !holds(text, pattern, steps)) return false
  return matches(pattern, text, words, steps)
}

/** The text has that in it, whose letters all mean themselves. */
export function matchesPart(part: string, text: string, steps: Steps = unlimited()): boolean {
  return isLeft(steps, text) && holds(text, part, steps)
}

function holds(text: string, part: string, steps: Steps): boolean {
  if (part.length > MAX_FAST_LENGTH) steps.left -= text.length
  return contains(lower(text), part.toLowerCase())
}

/**
 * Each piece between stars is taken where it is found first: that leaves the most for those after it, so nothing is ever
 * tried again.
 */
function matches(pattern: string, value: string, { canStart, canEnd }: Edges, steps: Steps): boolean {
  const text = lettersOf(value)
  const pieces = pattern
    .toLowerCase()
    .split(/\*+/)
    .map((piece) => Array.from(piece))
  const [first = [], ...others] = pieces
  const last = others.pop()
  const find = (piece: Letters, from: number, fits: (at: number) => boolean): number | undefined =>
    findPiece(text, piece, from, { fits, steps })
  if (last === undefined) {
    return find(first, 0, (at) => canStart(text, at) && canEnd(text, at + first.length)) !== undefined
  }
  let at = 0
  if (first.length > 0) {
    const found = find(first, 0, (start) => canStart(text, start))
    if (found === undefined) return false
    at = found + first.length
  }
  for (const piece of others) {
    const found = find(piece, at, () => true)
    if (found === undefined) return false
    at = found + piece.length
  }
  return last.length === 0 || find(last, at, (start) => canEnd(text, start + last.length)) !== undefined
}

/** Looking for plain words, as most patterns are, is fast, but not free. */
function isLeft(steps: Steps, text: string): boolean {
  steps.left -= 1 + (text.length >> 4)
  return steps.left > 0
}

function unlimited(): Steps {
  return { left: Infinity }
}

/** One text is held against many patterns, for many users, before the next. */
let latest = { value: '', lower: '', letters: [] as Letters }

function lower(value: string): string {
  if (latest.value !== value) latest = { value, lower: value.toLowerCase(), letters: [] }
  return latest.lower
}

function lettersOf(value: string): Letters {
  const text = lower(value)
  if (latest.letters.length === 0) latest.letters = Array.from(text)
  return latest.letters
}
