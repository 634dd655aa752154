const longestDiff = 120

/**
 * How a person on IRC would correct a line: `s/old/new/` around the words that changed, or undefined when so much
 * changed that saying the whole again is clearer.
 */
export function wordDiff(before: string, after: string): string | undefined {
  const old = before.split(' ')
  const now = after.split(' ')
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  // Context where nothing of the old would be left to find, and where it would be found somewhere else first.
  while (start + end >= old.length || !isFirstOf(old, start, old.length - end)) {
    if (start > 0) start--
    else if (end > 0) end--
    else break
  }
  const removed = old.slice(start, old.length - end).join(' ')
  const added = now.slice(start, now.length - end).join(' ')
  const isSmall = removed.length + added.length <= Math.min(longestDiff, after.length)
  if (removed === '' || removed === added || !isSmall || /[/\n]/.test(removed + added)) return undefined
  return `s/${removed}/${added}/`
}

/** Is what stands there the first place at which the text has these words? */
function isFirstOf(words: readonly string[], start: number, end: number): boolean {
  const text = ` ${words.join(' ')} `
  return (
    text.indexOf(` ${words.slice(start, end).join(' ')} `) ===
    words.slice(0, start).join(' ').length + (start > 0 ? 1 : 0)
  )
}
