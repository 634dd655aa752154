import type { BigInteger } from 'big-integer'
import { isJsonObject, type JsonObject, type JsonValue } from '@pons/matrix'

/** An object of the network as JSON: long numbers as text, bytes in base64, what the client adds of its own left out. */
export function plainObjectOf(object: unknown): JsonObject {
  const plain = plainValue(object, 0)
  return isJsonObject(plain) ? plain : { value: plain }
}

const maxDepth = 12

function plainValue(value: unknown, depth: number): JsonValue {
  if (value === null || value === undefined || depth > maxDepth) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  // Events hold whole numbers only.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value)
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (Array.isArray(value)) return value.map((element) => plainValue(element, depth + 1))
  if (typeof value !== 'object') return String(value as bigint)
  if (isLong(value)) return value.toString()
  const skipped = new Set(['CONSTRUCTOR_ID', 'SUBCLASS_OF_ID', 'classType', 'originalArgs'])
  const fields = Object.entries(value).filter(
    ([key, field]) =>
      !key.startsWith('_') && !skipped.has(key) && typeof field !== 'function' && field !== undefined && field !== null,
  )
  return Object.fromEntries(fields.map(([key, field]) => [key, plainValue(field, depth + 1)]))
}

/** The client's long numbers are objects of a library. */
function isLong(value: object): value is BigInteger {
  return 'toJSNumber' in value
}
