export interface Comparison {
  /** Lines that were accepted and never arrived. */
  readonly missing: readonly string[]
  readonly twice: readonly string[]
  /** Lines whose first arrival comes after the first arrival of a line that was accepted later. */
  readonly late: readonly string[]
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
  return { missing, twice, late: linesOutOfOrder(accepted, arrived) }
}

function linesOutOfOrder(accepted: readonly string[], arrived: readonly string[]): string[] {
  const place = new Map(accepted.map((line, index) => [line, index]))
  const known = new Set<string>()
  const late: string[] = []
  let latest = -1
  for (const line of arrived) {
    const index = place.get(line)
    if (index === undefined || known.has(line)) continue
    known.add(line)
    if (index < latest) late.push(line)
    else latest = index
  }
  return late
}
