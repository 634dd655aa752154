import { beginning } from '../convert/graphemes.ts'
import { cleanText } from '../convert/to-irc.ts'

const longestQuote = 60

/** As much of a message as tells people which one is meant. */
export function quoted(text: string): string {
  const line = cleanText(text.split('\n')[0] ?? '').trim()
  const shown = beginning(line, longestQuote)
  return shown !== line || text.includes('\n') ? `${shown}…` : line
}
