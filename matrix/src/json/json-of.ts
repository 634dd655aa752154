import type { JsonObject } from '../json-value.ts'

/** The map that stands under the name, made when there is none. */
export function innerMap<Value>(outer: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  const present = outer.get(name)
  if (present) return present
  const made = new Map<string, Value>()
  outer.set(name, made)
  return made
}

/** The object that Maps stand for. A name such as `__proto__` becomes a property like any other. */
export function jsonOf(map: ReadonlyMap<string, unknown>): JsonObject {
  const entries = [...map].map(([name, value]) => [name, value instanceof Map ? jsonOf(value) : value] as const)
  return Object.fromEntries(entries) as JsonObject
}
