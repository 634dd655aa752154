import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto'
import type { Crypto } from '@pons/matrix'

// DER around the raw bytes of an Ed25519 key, RFC 8410.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export interface NodeCrypto extends Crypto {
  /** The raw 32 bytes of this server's public key. */
  readonly publicKey: Uint8Array
}

/** `seed` is the raw secret key of 32 bytes. */
export function createNodeCrypto(seed: Uint8Array): NodeCrypto {
  const privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const publicDer = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: publicDer.subarray(PUBLIC_PREFIX.length),
    sha256: (data) => hash('sha256', data, 'buffer'),
    sign: (message) => sign(null, typeof message === 'string' ? Buffer.from(message) : message, privateKey),
    verify(publicKey, message, signature) {
      const key = parsePublicKey(publicKey)
      return key !== undefined && signature.length === 64 && verify(null, message, key, signature)
    },
  }
}

export function generateSeed(): Uint8Array {
  return randomBytes(32)
}

function parsePublicKey(raw: Uint8Array): KeyObject | undefined {
  if (raw.length !== 32) return undefined
  try {
    return createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, raw]), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
