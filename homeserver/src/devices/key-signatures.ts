import {
  decodeBase64,
  isJsonObject,
  ownValue,
  verifyJson,
  type Crypto,
  type JsonObject,
  type UserId,
} from '@pons/matrix'

export interface NamedKey {
  readonly signer: UserId
  readonly keyId: string
  /** Raw bytes. */
  readonly publicKey: Uint8Array
}

export function hasValidSignature(object: JsonObject, key: NamedKey, crypto: Crypto): boolean {
  return verifyJson(object, key, (publicKey, message, signature) => crypto.verify(publicKey, message, signature))
}

/** One of the keys that a device or cross-signing key object holds. */
export function publicKeyOf(object: JsonObject, keyId: string): Uint8Array | undefined {
  const keys = ownValue(object, 'keys')
  const text = isJsonObject(keys) ? ownValue(keys, keyId) : undefined
  return typeof text === 'string' ? decodeBase64(text) : undefined
}

/** The only key of a cross-signing key object, with its unpadded public part; undefined when there is not just one. */
export function onlyKeyOf(object: JsonObject): { keyId: string; publicText: string } | undefined {
  const keys = ownValue(object, 'keys')
  const [only, ...others] = isJsonObject(keys) ? Object.entries(keys) : []
  if (!only || others.length > 0 || typeof only[1] !== 'string') return undefined
  return { keyId: only[0], publicText: only[1] }
}
