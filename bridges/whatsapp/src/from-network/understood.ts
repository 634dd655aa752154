import type { Understood } from '@pons/core'

export const nothing: Understood = { events: [], writes: [] }

export function together(parts: readonly Understood[]): Understood {
  return { events: parts.flatMap(({ events }) => events), writes: parts.flatMap(({ writes }) => writes) }
}
