interface Counts {
  readonly lost: number
  readonly doubled: number
  readonly reordered: number
}

export interface Comparison extends Counts {
  readonly missing: readonly string[]
  readonly twice: readonly string[]
}

/** What became of the lines one side accepted, as the other side has them. `excused` may be missing without being lost. */
export function compare(
  accepted: readonly string[],
  arrived: readonly string[],
  excused: ReadonlySet<string>,
): Comparison {
  const seen = new Map<string, number>()
  for (const line of arrived) seen.set(line, (seen.get(line) ?? 0) + 1)
  const missing = accepted.filter((line) => !seen.has(line) && !excused.has(line))
  const twice = accepted.filter((line) => (seen.get(line) ?? 0) > 1)
  return { lost: missing.length, doubled: twice.length, reordered: countReordered(accepted, arrived), missing, twice }
}

/** Lines whose first arrival comes after the first arrival of a line that was accepted later. */
function countReordered(accepted: readonly string[], arrived: readonly string[]): number {
  const place = new Map(accepted.map((line, index) => [line, index]))
  const known = new Set<string>()
  let latest = -1
  let reordered = 0
  for (const line of arrived) {
    const index = place.get(line)
    if (index === undefined || known.has(line)) continue
    known.add(line)
    if (index < latest) reordered++
    else latest = index
  }
  return reordered
}
