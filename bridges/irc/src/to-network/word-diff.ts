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
  const places = placesOf(old)
  const isFound = (): boolean => start + end < old.length && isFirstAt(before, places, { start, end: old.length - end })
  // Context where nothing of the old would be left to find, and where it would be found somewhere else first.
  while (!isFound()) {
    if (start > 0) start--
    else if (end > 0) end--
    else break
    // A line may have thousands of words alike, and no correction is so long.
    if (places[old.length - end]! - places[start]! > longestDiff + 1) return undefined
  }
  const removed = old.slice(start, old.length - end).join(' ')
  const added = now.slice(start, now.length - end).join(' ')
  const isSmall = removed.length + added.length <= Math.min(longestDiff, after.length)
  if (removed === '' || removed === added || !isSmall || /[/\n]/.test(removed + added)) return undefined
  return `s/${removed}/${added}/`
}

/** Where each word begins, and where one more would. */
function placesOf(words: readonly string[]): number[] {
  const places = [0]
  for (const word of words) places.push(places.at(-1)! + word.length + 1)
  return places
}

/** Is what stands there the first place at which the text has these words? */
function isFirstAt(
  text: string,
  places: readonly number[],
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  const [from, to] = [places[start]!, places[end]! - 1]
  return ` ${text} `.indexOf(` ${text.slice(from, to)} `) === from
}
