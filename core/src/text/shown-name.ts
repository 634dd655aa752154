import { isBlank } from './is-blank.ts'
import { cutText } from './cut-text.ts'

/** Longer than any name; homeservers take so much. */
const longestName = 250

/**
 * Format characters that turn around, hide or imitate what stands beside them. Those that join letters and emoji (U+200C,
 * U+200D), choose their form (U+FE0F) or make flags stay.
 */
const unruly =
  /[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]/g

/**
 * What somebody has called a person, a chat or a file, as it stands among other words: one line, which stays within itself.
 * '' where nothing would be seen.
 */
export function shownName(text: string, longest = longestName): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').replaceAll(unruly, '')
  const name = cutText(line.replaceAll(/ {2,}/g, ' ').trim(), longest)
  return isBlank(name) ? '' : name
}
