import type { EventId } from '../ids.ts'

declare const brand: unique symbol
/** A `(type, state key)` pair as one string, so that it can be the key of a map. */
export type StateMapKey = string & { readonly [brand]: 'StateMapKey' }

/** A room state: which event stands for each key. */
export type StateMap = ReadonlyMap<StateMapKey, EventId>

// Types and state keys are shorter than 256 bytes; U+0000 may be in both, so the length keeps pairs apart.
export function stateMapKey(type: string, stateKey: string): StateMapKey {
  return `${type.length}:${type}${stateKey}` as StateMapKey
}

export function splitStateMapKey(key: StateMapKey): [type: string, stateKey: string] {
  const colon = key.indexOf(':')
  const end = colon + 1 + Number(key.slice(0, colon))
  return [key.slice(colon + 1, end), key.slice(end)]
}
