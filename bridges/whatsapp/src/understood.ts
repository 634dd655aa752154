import type { RemoteEvent, StoreWrite } from '@pons/core'

/** What something that came says, and what is to become durable with it. */
export interface Understood {
  readonly events: readonly RemoteEvent[]
  readonly writes: readonly StoreWrite[]
}

export const nothing: Understood = { events: [], writes: [] }

export function together(parts: readonly Understood[]): Understood {
  return { events: parts.flatMap(({ events }) => events), writes: parts.flatMap(({ writes }) => writes) }
}
