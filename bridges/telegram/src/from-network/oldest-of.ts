import type { Api } from 'telegram'

/** Where the next page ends; undefined where there is none, also for a server that names the same ones again. */
export function oldestOf(page: readonly Api.TypeMessage[], before: number): number | undefined {
  const oldest = page.at(-1)?.id
  return oldest === undefined || (before !== 0 && oldest >= before) ? undefined : oldest
}
