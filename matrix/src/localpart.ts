import { MatrixError, invalidParam } from './error.ts'

// Bytes that stand for themselves: a-z 0-9 . - / +
const isPlain = Array.from({ length: 256 }, (_, byte) => /[a-z0-9.\-/+]/.test(String.fromCharCode(byte)))
const plainText = /^[a-z0-9.\-/+]*$/
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Maps any text onto the characters a user or alias localpart may have, so that no two texts meet: `A` becomes `_a`,
 * `_` becomes `__`, every other byte of the UTF-8 form becomes `=` and two hex digits.
 * https://spec.matrix.org/v1.19/appendices/#mapping-from-other-character-sets
 *
 * @throws MatrixError M_INVALID_PARAM for text that has no UTF-8 form (lone surrogates)
 */
export function encodeLocalpart(text: string): string {
  if (plainText.test(text)) return text
  if (!text.isWellFormed()) throw invalidParam('text with a lone surrogate has no localpart')
  let localpart = ''
  for (const byte of encoder.encode(text)) localpart += encodeByte(byte)
  return localpart
}

/** Undoes {@link encodeLocalpart}. @throws MatrixError M_INVALID_PARAM for a localpart it cannot have made */
export function decodeLocalpart(localpart: string): string {
  if (plainText.test(localpart)) return localpart
  const bytes: number[] = []
  for (let at = 0; at < localpart.length;) {
    const token = /^(?:_[a-z_]|=[0-9a-f]{2}|[a-z0-9.\-/+])/.exec(localpart.slice(at, at + 3))?.[0]
    if (token === undefined) throw invalidParam(`not an encoded localpart: ${JSON.stringify(localpart.slice(0, 80))}`)
    bytes.push(decodeToken(token))
    at += token.length
  }
  const text = decodeUtf8(Uint8Array.from(bytes))
  // One text has one localpart: refuses escapes of characters that need none, such as `=61`.
  if (encodeLocalpart(text) !== localpart) throw invalidParam('localpart holds a needless escape')
  return text
}

function encodeByte(byte: number): string {
  if (isPlain[byte]) return String.fromCharCode(byte)
  if (byte >= 0x41 && byte <= 0x5a) return `_${String.fromCharCode(byte + 0x20)}`
  if (byte === 0x5f) return '__'
  return `=${byte.toString(16).padStart(2, '0')}`
}

function decodeToken(token: string): number {
  if (token === '__') return 0x5f
  if (token.startsWith('_')) return token.charCodeAt(1) - 0x20
  if (token.startsWith('=')) return Number.parseInt(token.slice(1), 16)
  return token.charCodeAt(0)
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new MatrixError('M_INVALID_PARAM', 'localpart does not decode to UTF-8', { cause })
  }
}
