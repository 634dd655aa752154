const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** What people see as one character each: an emoji of many parts, a letter with its accents. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The first so many of them. */
export function beginning(text: string, count: number): string {
  return graphemesOf(text).slice(0, count).join('')
}
