import { byteLength } from '../protocol/line.ts'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** What people see as one character each: an emoji of many parts, a letter with its accents. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The first so many of them, as far as they fit: one may have any number of parts, and a heap of marks is cut within. */
export function beginning(text: string, count: number, maxBytes = 4 * count): string {
  let taken = ''
  let left = maxBytes
  for (const grapheme of graphemesOf(text.slice(0, maxBytes)).slice(0, count)) {
    const size = byteLength(grapheme)
    if (size <= left) taken += grapheme
    else if (taken !== '') return taken
    else return firstBytes(grapheme, left)
    left -= size
  }
  return taken
}

function firstBytes(text: string, maxBytes: number): string {
  let taken = ''
  for (const character of text) {
    if (byteLength(taken) + byteLength(character) > maxBytes) break
    taken += character
  }
  return taken
}
