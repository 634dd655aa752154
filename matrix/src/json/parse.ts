import { MatrixError } from '../error.ts'
import type { JsonObject, JsonValue } from '../json-value.ts'

export interface ParseOptions {
  /** Objects and arrays within one another; a scalar has depth 0. */
  readonly maxDepth?: number
  /** Objects, arrays and what they hold; no limit without it. */
  readonly maxValues?: number
}

const quote = 0x22
const backslash = 0x5c

/**
 * JSON.parse for text from strangers. Depth and number of values are checked before anything is built. Of duplicate keys the last one
 * counts, as everywhere in Matrix where JSON is read into a dictionary. A `__proto__` key is kept (hashes cover it) as a
 * plain property, in an object without a prototype, so that copying it onward cannot set one.
 *
 * @throws MatrixError M_NOT_JSON when the text is not JSON, M_BAD_JSON when it is too deep, M_TOO_LARGE
 *   when it holds too many values
 */
export function parseJson(text: string, options: ParseOptions = {}): JsonValue {
  const maxDepth = options.maxDepth ?? 100
  const maxValues = options.maxValues ?? Infinity
  // A text nested deeper than d has more than 2d brackets, so short ones need no scan.
  if (text.length > Math.min(2 * maxDepth, maxValues)) checkShape(text, maxDepth, maxValues)
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new MatrixError('M_NOT_JSON', 'content is not JSON', { cause })
  }
  return mayHoldProtoKey(text) ? withoutProtoSetters(value) : value
}

function checkShape(text: string, maxDepth: number, maxValues: number): void {
  let depth = 0
  let values = 1
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === quote) {
      i = endOfString(text, i)
    } else if (unit === 0x7b || unit === 0x5b) {
      values++
      if (++depth > maxDepth) throw new MatrixError('M_BAD_JSON', `JSON is nested deeper than ${maxDepth} levels`)
    } else if (unit === 0x7d || unit === 0x5d) {
      depth--
    } else if (unit === 0x2c) {
      values++
    } else continue
    if (values > maxValues) throw new MatrixError('M_TOO_LARGE', `JSON holds more than ${maxValues} values`)
  }
}

/** Index of the quote that closes the string opened at `start`, or the text's length. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}

function mayHoldProtoKey(text: string): boolean {
  return text.includes('__proto__') || (text.includes('\\u') && /\\u00(?:5f|70|72|6f|74)/i.test(text))
}

function withoutProtoSetters(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutProtoSetters)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, withoutProtoSetters(member)] as const)
  const copy = Object.fromEntries(members)
  return Object.hasOwn(copy, '__proto__') ? Object.assign(Object.create(null) as JsonObject, copy) : copy
}
