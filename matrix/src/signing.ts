import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Crypto } from './crypto.ts'
import type { ServerName } from './ids.ts'
import { canonicalJson } from './json/canonical.ts'
import { isJsonObject, ownValue } from './json-value.ts'

const encoder = new TextEncoder()

/** Server name -> key id (`ed25519:a`) -> unpadded base64. */
export type Signatures = { readonly [server: string]: { readonly [keyId: string]: string } }

export interface Signer {
  readonly crypto: Crypto
  /** `ed25519:` and the key's own name. */
  readonly keyId: string
  readonly origin: ServerName
}

export interface Signature {
  /** The entity that signed: a server name, or a user id for device and cross-signing keys. */
  readonly signer: string
  readonly keyId: string
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array
}

/** The bytes a signature covers: canonical JSON without `signatures` and `unsigned`. */
export function signedBytes(object: object): Uint8Array {
  const { signatures: _signatures, unsigned: _unsigned, ...signed } = object as Record<string, unknown>
  return encoder.encode(canonicalJson(signed))
}

/**
 * A copy of the object with this server's signature added to those it has.
 * https://spec.matrix.org/v1.19/appendices/#signing-json
 */
export function signJson<T extends object>(object: T, signer: Signer): T & { signatures: Signatures } {
  const signature = encodeBase64(signer.crypto.sign(signedBytes(object)))
  return { ...object, signatures: withSignature(object, signer, signature) }
}

/** True when the object carries this signature and it is right. Never throws. */
export function verifyJson(object: object, signature: Signature, verify: Crypto['verify']): boolean {
  const bytes = signatureOf(object, signature.signer, signature.keyId)
  if (bytes === undefined || !signature.keyId.startsWith('ed25519:')) return false
  const message = tryBytes(object)
  return message !== undefined && verify(signature.publicKey, message, bytes)
}

/** The decoded bytes of one signature; undefined when absent or malformed. */
export function signatureOf(object: object, signer: string, keyId: string): Uint8Array | undefined {
  const byKey = ownMember(ownMember(object, 'signatures'), signer)
  const text = ownMember(byKey, keyId)
  const bytes = typeof text === 'string' ? decodeBase64(text) : undefined
  return bytes?.length === 64 ? bytes : undefined
}

/** The ed25519 key ids under which an entity has signed; their signatures are not checked yet. */
export function signingKeyIds(object: object, signer: string): string[] {
  const byKey = ownMember(ownMember(object, 'signatures'), signer)
  return isJsonObject(byKey) ? Object.keys(byKey).filter((keyId) => keyId.startsWith('ed25519:')) : []
}

/** The `signatures` member of an object after one more signature. */
export function withSignature(object: object, signer: Omit<Signer, 'crypto'>, signature: string): Signatures {
  const present = ownMember(object, 'signatures')
  const signatures = (isJsonObject(present) ? present : {}) as Signatures
  return { ...signatures, [signer.origin]: { ...ownValue(signatures, signer.origin), [signer.keyId]: signature } }
}

function tryBytes(object: object): Uint8Array | undefined {
  try {
    return signedBytes(object)
  } catch {
    return undefined
  }
}

function ownMember(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}
