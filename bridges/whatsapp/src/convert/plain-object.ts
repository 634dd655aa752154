import { isJsonObject, type JsonObject, type JsonValue } from '@pons/matrix'

const maxDepth = 12
/** Pictures and keys: of no use to anybody who reads the original of a message. */
const left = new Set(['jpegThumbnail', 'mediaKey', 'messageSecret', 'messageContextInfo', 'contextInfo'])

/** A message of the network as JSON: long numbers as text, bytes in base64. */
export function plainObjectOf(object: object): JsonObject {
  const { toJSON } = object as { toJSON?: () => unknown }
  const plain = plainValue(typeof toJSON === 'function' ? toJSON.call(object) : object, 0)
  return isJsonObject(plain) ? plain : { value: plain }
}

function plainValue(value: unknown, depth: number): JsonValue {
  if (value === null || value === undefined || depth > maxDepth) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  // Events hold whole numbers only.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map((element) => plainValue(element, depth + 1))
  if (typeof value !== 'object') return String(value as bigint)
  if ('low' in value && 'high' in value) return String(value as unknown)
  const fields = Object.entries(value).filter(
    ([key, field]) => !left.has(key) && typeof field !== 'function' && field !== undefined && field !== null,
  )
  return Object.fromEntries(fields.map(([key, field]) => [key, plainValue(field, depth + 1)]))
}
