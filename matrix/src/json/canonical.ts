import { badJson } from '../error.ts'

export interface CanonicalOptions {
  /**
   * False for the JSON of room versions 1 to 5, which may hold fractions and integers beyond 2^53. They are written in
   * their shortest form; an event whose author wrote them otherwise (`1.0`) then fails its hash check.
   */
  readonly strict?: boolean
}

// Text that JSON writes as it stands: printable ASCII without quote and backslash.
const plainText = /^[ !#-[\]-~]*$/
const hasSurrogates = /[\ud800-\udfff]/

/**
 * Canonical JSON: shortest form, keys sorted by code point. Properties that are undefined are left out, as JSON does.
 * https://spec.matrix.org/v1.19/appendices/#canonical-json
 *
 * @throws MatrixError M_BAD_JSON for what has no canonical form: fractions, integers beyond +-(2^53-1), lone
 * surrogates, anything that is not JSON. Minus zero is written `0`.
 */
export function canonicalJson(value: unknown, options: CanonicalOptions = {}): string {
  return write(value, options.strict ?? true)
}

/** Checks what {@link canonicalJson} would refuse, without writing it. */
export function checkCanonical(value: unknown, strict = true): void {
  switch (typeof value) {
    case 'boolean':
      return
    case 'string':
      return checkText(value)
    case 'number':
      return checkNumber(value, strict)
    case 'object':
      if (value === null) return
      return checkMembers(value, strict)
    default:
      throw badJson(`${typeof value} is not JSON`)
  }
}

function checkMembers(value: object, strict: boolean): void {
  if (Array.isArray(value)) {
    for (const element of value) checkCanonical(element, strict)
    return
  }
  for (const [key, member] of Object.entries(value)) {
    checkText(key)
    if (member !== undefined) checkCanonical(member, strict)
  }
}

function write(value: unknown, strict: boolean): string {
  switch (typeof value) {
    case 'string':
      return writeText(value)
    case 'number':
      return writeNumber(value, strict)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? writeArray(value, strict) : writeObject(value as Record<string, unknown>, strict)
    default:
      throw badJson(`${typeof value} is not JSON`)
  }
}

function writeArray(array: readonly unknown[], strict: boolean): string {
  if (array.length === 0) return '[]'
  let text = `[${write(array[0], strict)}`
  for (let i = 1; i < array.length; i++) text += `,${write(array[i], strict)}`
  return `${text}]`
}

function writeObject(object: Record<string, unknown>, strict: boolean): string {
  let text = ''
  for (const key of sortedKeys(object)) {
    const member = object[key]
    if (member === undefined) continue
    text += `${text === '' ? '{' : ','}${writeText(key)}:${write(member, strict)}`
  }
  return text === '' ? '{}' : `${text}}`
}

function writeNumber(value: number, strict: boolean): string {
  checkNumber(value, strict)
  if (value === 0) return '0'
  // Beyond 2^53 JavaScript would round the digits: all of them are written, as other languages do.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value).toString() : String(value)
}

function writeText(text: string): string {
  if (plainText.test(text)) return `"${text}"`
  checkText(text)
  // JSON.stringify escapes exactly what the canonical grammar does, in the same form.
  return JSON.stringify(text)
}

function sortedKeys(object: object): string[] {
  const keys = Object.keys(object)
  if (keys.length < 2) return keys
  // JavaScript sorts by UTF-16 unit, which differs from code point order only where surrogates take part.
  return keys.some((key) => hasSurrogates.test(key)) ? keys.sort(compareCodePoints) : keys.sort()
}

/** Orders text by Unicode code point. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return codePointRank(left) - codePointRank(right)
  }
  return a.length - b.length
}

/** Moves surrogates above the rest of the basic plane, where the code points they stand for belong. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw badJson('text holds a lone surrogate')
}

function checkNumber(value: number, strict: boolean): void {
  if (!Number.isFinite(value)) throw badJson('number is not finite')
  if (strict && !Number.isSafeInteger(value)) throw badJson('number is not an integer within +-(2^53-1)')
}
