// The Crypto that these tests inject: Node's own, with a key made from a given seed.
import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'

import type { Crypto } from '../src/index.ts'

// DER headers of an Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410).
const privateHeader = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicHeader = Buffer.from('302a300506032b6570032100', 'hex')

export interface TestKey {
  readonly crypto: Crypto
  readonly publicKey: Uint8Array
}

export function keyFromSeed(seed: Uint8Array): TestKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([privateHeader, seed]), format: 'der', type: 'pkcs8' })
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const crypto: Crypto = {
    sha256: (data) => hash('sha256', data, 'buffer'),
    sign: (message) => sign(null, typeof message === 'string' ? Buffer.from(message) : message, privateKey),
    verify: verifyEd25519,
  }
  return { crypto, publicKey: new Uint8Array(der.subarray(publicHeader.length)) }
}

function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.concat([publicHeader, publicKey])
  return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
}
