import { isBlank } from '@pons/core'
import { wordDiff } from './word-diff.ts'

/**
 * How an edit is said: the lines that differ, marked as people mark a correction; nothing where a reader would see nothing
 * new. Line breaks at the edges, white space and formatting are none of it. `before` is what was said, as far as it is kept.
 */
export function editedLines(before: string, lines: readonly EditedLine[]): string[] {
  const old = visible(before)
  const now = lines.map(({ text }) => oneSpaced(text))
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const removed = old.slice(start, old.length - end)
  const added = lines.slice(start, lines.length - end)
  const [only] = added
  if (only === undefined) return removed.map((line) => `* (took out: ${line})`)
  const diff = added.length === 1 && removed.length === 1 ? wordDiff(removed[0] ?? '', oneSpaced(only.text)) : undefined
  return diff === undefined ? [`* ${only.written}`, ...added.slice(1).map(({ written }) => written)] : [diff]
}

export interface EditedLine {
  /** With formatting codes. */
  readonly written: string
  /** What of it can be read. */
  readonly text: string
}

function visible(text: string): string[] {
  return text
    .split(/\r\n|[\r\n]/)
    .filter((line) => !isBlank(line))
    .map(oneSpaced)
}

/** What can be seen of a line. */
function oneSpaced(line: string): string {
  return line.replaceAll(/[\s\p{Cf}]+/gu, (gap) => (/\s/.test(gap) ? ' ' : '')).trim()
}
