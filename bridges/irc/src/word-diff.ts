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
  // A word of context where nothing of the old would be left to find.
  if (start === old.length - end && start > 0) start--
  else if (start === old.length - end && end > 0) end--
  const removed = old.slice(start, old.length - end).join(' ')
  const added = now.slice(start, now.length - end).join(' ')
  const isSmall = removed.length + added.length <= Math.min(longestDiff, after.length)
  if (removed === '' || removed === added || !isSmall || /[/\n]/.test(removed + added)) return undefined
  return `s/${removed}/${added}/`
}
