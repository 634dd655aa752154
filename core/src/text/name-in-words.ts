import { shownName } from './shown-name.ts'

/** Longer than any name, and than what a network says in one line. */
const longest = 500

/**
 * What the network calls somebody, or says itself, within words of the bridge for people: those name commands between
 * backticks, and a nick may be one.
 */
export function nameInWords(text: string): string {
  return shownName(text, longest).replaceAll('`', 'ˋ')
}
