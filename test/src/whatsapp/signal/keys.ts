import { createPrivateKey, createPublicKey, diffieHellman, randomBytes, verify as verifyEd25519 } from 'node:crypto'
import { calculateSignature } from 'libsignal/src/curve.js'

/** A Curve25519 pair; the public half without Signal's type byte. */
export interface KeyPair {
  readonly privateKey: Buffer
  readonly publicKey: Buffer
}

// DER of PrivateKeyInfo and SubjectPublicKeyInfo up to the 32 bytes of the key (RFC 8410).
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex')
const edPublicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** The pair of any 32 bytes. */
export function keyPairOf(secret: Buffer): KeyPair {
  const privateKey = Buffer.from(secret)
  privateKey[0] = (privateKey[0] ?? 0) & 0xf8
  privateKey[31] = ((privateKey[31] ?? 0) & 0x7f) | 0x40
  const exported = createPublicKey(privateObject(privateKey)).export({ type: 'spki', format: 'der' })
  return { privateKey, publicKey: Buffer.from(exported.subarray(-32)) }
}

export function newKeyPair(): KeyPair {
  return keyPairOf(randomBytes(32))
}

export function agree(privateKey: Buffer, publicKey: Uint8Array): Buffer {
  const key = Buffer.concat([publicPrefix, bare(publicKey)])
  const theirs = createPublicKey({ key, format: 'der', type: 'spki' })
  return diffieHellman({ privateKey: privateObject(privateKey), publicKey: theirs })
}

/** XEdDSA (signal.org/docs/specifications/xeddsa). */
export function sign(privateKey: Buffer, message: Uint8Array): Buffer {
  return Buffer.from(calculateSignature(privateKey, message))
}

/**
 * Checks an XEdDSA signature without the client's library, which takes every signature for good: the Montgomery key becomes
 * its Edwards form, whose sign travels in the signature's topmost bit.
 */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const edwards = edwardsOf(bare(publicKey))
  const plain = Buffer.from(signature)
  edwards[31] = (edwards[31] ?? 0) | ((plain[63] ?? 0) & 0x80)
  plain[63] = (plain[63] ?? 0) & 0x7f
  const key = createPublicKey({ key: Buffer.concat([edPublicPrefix, edwards]), format: 'der', type: 'spki' })
  return verifyEd25519(undefined, message, key, plain)
}

/** With the type byte that Signal puts in front. */
export function typed(publicKey: Uint8Array): Buffer {
  return publicKey.length === 33 ? Buffer.from(publicKey) : Buffer.concat([Buffer.from([5]), publicKey])
}

function bare(publicKey: Uint8Array): Buffer {
  return Buffer.from(publicKey.length === 33 ? publicKey.subarray(1) : publicKey)
}

function privateObject(privateKey: Buffer) {
  return createPrivateKey({ key: Buffer.concat([privatePrefix, privateKey]), format: 'der', type: 'pkcs8' })
}

const prime = 2n ** 255n - 19n

/** y = (u - 1) / (u + 1). */
function edwardsOf(montgomery: Buffer): Buffer {
  const u = BigInt(`0x${Buffer.from(montgomery).reverse().toString('hex')}`) & (2n ** 255n - 1n)
  const y = (((u - 1n + prime) % prime) * power(u + 1n, prime - 2n)) % prime
  return Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse()
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % prime
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}
