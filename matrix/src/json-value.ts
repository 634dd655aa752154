export type JsonValue = string | number | boolean | null | JsonArray | JsonObject
export type JsonArray = JsonValue[]
export interface JsonObject {
  [key: string]: JsonValue
}

/** True for a JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads a property whose name came from the wire. Plain indexing would find `constructor` or `__proto__` on the
 * prototype.
 */
export function ownValue<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
