import { MatrixError } from '../error.ts'
import type { JsonValue } from './json-value.ts'

export interface ParseOptions {
  /** Objects and arrays within one another; a scalar has depth 0. */
  readonly maxDepth?: number
}

const quote = 0x22
const backslash = 0x5c

/**
 * JSON.parse for text from strangers. The depth is checked before anything is built. Of duplicate keys the last one
 * counts, as everywhere in Matrix where JSON is read into a dictionary. A `__proto__` key is kept (hashes cover it) as a
 * plain property, in an object without a prototype, so that copying it onward cannot set one.
 *
 * @throws MatrixError M_NOT_JSON when the text is not JSON, M_BAD_JSON when it is too deep
 */
export function parseJson(text: string, options: ParseOptions = {}): JsonValue {
  const maxDepth = options.maxDepth ?? 100
  // A text nested deeper than d has more than 2d brackets, so short ones need no scan.
  if (text.length > 2 * maxDepth && !isWithinDepth(text, maxDepth)) {
    throw new MatrixError('M_BAD_JSON', `JSON is nested deeper than ${maxDepth} levels`)
  }
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new MatrixError('M_NOT_JSON', 'content is not JSON', { cause })
  }
  return mayHoldProtoKey(text) ? withoutProtoSetters(value) : value
}

function isWithinDepth(text: string, maxDepth: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === quote) {
      i = endOfString(text, i)
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > maxDepth) return false
    } else if (unit === 0x7d || unit === 0x5d) {
      depth--
    }
  }
  return true
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
  const copy: { [key: string]: JsonValue } = Object.hasOwn(value, '__proto__') ? Object.create(null) : {}
  for (const key of Object.keys(value)) copy[key] = withoutProtoSetters(value[key]!)
  return copy
}
