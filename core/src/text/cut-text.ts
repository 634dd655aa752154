import { addressAt, addressesIn } from './addresses.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** What people see as one character is shorter; a row of marks without an end is none, and is cut anywhere. */
const longestGrapheme = 64

/** The first so many units (UTF-16) of a text at most, and no part of a character that stands at the cut. */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, wholeBefore(text, length))
}

/** Of what follows a cut, so much is looked at. */
const longestAddress = 2048

/**
 * Where to end a piece of a text that begins at `from` and may have `max` units: behind a line, else behind a word, else
 * between two characters as people see them. An address that fits into a piece is not cut.
 */
export function pieceEnd(text: string, from: number, max: number): number {
  if (text.length - from <= max) return text.length
  const window = text.slice(from, from + max)
  const line = window.lastIndexOf('\n')
  const word = window.lastIndexOf(' ')
  if (line > max / 2) return from + line + 1
  if (word > max / 2) return from + word + 1
  const gap = Math.max(line, word)
  if (gap > 0 && isInAddress(text, from + gap + 1, from + max)) return from + gap + 1
  const end = wholeBefore(text, from + max)
  return end > from ? end : from + max
}

/** Is the place within an address, in the word that begins at `start`? It leads nowhere in two pieces. */
function isInAddress(text: string, start: number, index: number): boolean {
  const behind = /\s/.exec(text.slice(index, index + longestAddress))?.index ?? longestAddress
  return addressAt(addressesIn(text.slice(start, index + behind)), index - start) !== undefined
}

/** The last place at or before `index` that is between two characters. */
function wholeBefore(text: string, index: number): number {
  const start = Math.max(0, index - 4 * longestGrapheme)
  const near = text.slice(start, index + longestGrapheme)
  const at = graphemes.segment(near).containing(index - start)
  if (at === undefined || at.index === 0 || at.segment.length > longestGrapheme) {
    return /[\ud800-\udbff]/.test(text.charAt(index - 1)) ? index - 1 : index
  }
  return start + at.index
}
