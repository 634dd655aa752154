import assert from 'node:assert/strict'
import { generateKeyPairSync, sign as signEd25519, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { agree, keyPairOf, newKeyPair, sign, verify } from '../../../src/whatsapp/signal/keys.ts'

const prime = 2n ** 255n - 19n

function power(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n
  const half = power((base * base) % prime, exponent / 2n)
  return exponent % 2n === 0n ? half : (half * base) % prime
}

function numberIn(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
}

/** The Montgomery form u = (1 + y) / (1 - y) of an Edwards key, and the bit that gets lost. */
function montgomeryOf(publicKey: KeyObject): { key: Buffer; sign: number } {
  const edwards = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const y = numberIn(edwards) & (2n ** 255n - 1n)
  const u = ((1n + y) * power(prime + 1n - y, prime - 2n)) % prime
  const key = Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse()
  return { key, sign: (edwards[31] ?? 0) & 0x80 }
}

describe('Curve25519 signatures', () => {
  const message = fc.uint8Array({ maxLength: 100 })

  it('of Node’s Ed25519 are taken in their XEdDSA form', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        const { privateKey, publicKey } = generateKeyPairSync('ed25519')
        const { key, sign: bit } = montgomeryOf(publicKey)
        const signature = signEd25519(undefined, bytes, privateKey)
        signature[63] = (signature[63] ?? 0) | bit
        assert.ok(verify(key, bytes, signature))
        // With the type byte in front, too; and not with the other sign.
        assert.ok(verify(Buffer.concat([Buffer.from([5]), key]), bytes, signature))
        signature[63] = (signature[63] ?? 0) ^ 0x80
        assert.ok(!verify(key, bytes, signature))
      }),
      { numRuns: 30 },
    )
  })

  it('that the server makes hold for that message and that key only', () => {
    fc.assert(
      fc.property(message, message, (bytes, others) => {
        const pair = newKeyPair()
        const signature = sign(pair.privateKey, bytes)
        assert.ok(verify(pair.publicKey, bytes, signature))
        assert.ok(!verify(newKeyPair().publicKey, bytes, signature))
        assert.equal(verify(pair.publicKey, others, signature), Buffer.from(bytes).equals(others))
      }),
      { numRuns: 30 },
    )
  })

  it('go with keys that agree as in RFC 7748, 6.1', () => {
    const hex = (text: string): Buffer => Buffer.from(text, 'hex')
    const alice = keyPairOf(hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'))
    const bob = keyPairOf(hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'))
    assert.equal(alice.publicKey.toString('hex'), '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')
    assert.equal(bob.publicKey.toString('hex'), 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f')
    const secret = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'
    assert.equal(agree(alice.privateKey, bob.publicKey).toString('hex'), secret)
    assert.equal(agree(bob.privateKey, alice.publicKey).toString('hex'), secret)
  })
})
