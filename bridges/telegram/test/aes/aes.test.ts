import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { igeDecrypt, igeEncrypt } from '../../../../test/src/telegram/crypto/ige.ts'

interface Aes {
  encrypt(message: Uint8Array | Uint32Array): Uint32Array
  decrypt(message: Uint8Array | Uint32Array): Uint32Array
}

interface Library {
  readonly default: new (key: Uint8Array | Uint32Array) => Aes
  readonly IGE: new (key: Uint8Array | Uint32Array, vector: Uint8Array | Uint32Array) => Aes
}

// As the Telegram library asks for it.
const telegram = createRequire(createRequire(import.meta.url).resolve('telegram'))
const { default: Block, IGE } = telegram('@cryptography/aes') as Library

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

function bytesOf(words: Uint32Array): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, index) => bytes.writeUInt32BE(word, index * 4))
  return bytes
}

const bytes = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => Buffer.from(value))
const blocks = fc.integer({ min: 0, max: 9 }).chain((count) => bytes(16 * count))

describe('AES for the Telegram library', () => {
  it('is our own', () => {
    assert.match(telegram.resolve('@cryptography/aes'), /bridges\/telegram\/aes\/index\.cjs$/)
  })

  // FIPS 197, appendix C.
  for (const [key, cipher] of [
    ['000102030405060708090a0b0c0d0e0f', '69c4e0d86a7b0430d8cdb78070b4c55a'],
    ['000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', '8ea2b7ca516745bfeafc49904b496089'],
  ] as const) {
    it(`encrypts a block as the standard does, with ${key.length * 4} bits`, () => {
      const plain = hex('00112233445566778899aabbccddeeff')
      const aes = new Block(hex(key))
      assert.equal(bytesOf(aes.encrypt(plain)).toString('hex'), cipher)
      assert.deepEqual(bytesOf(aes.decrypt(hex(cipher))), plain)
    })
  }

  it('takes words as well as bytes, the first byte highest', () => {
    const key = Uint32Array.of(0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f)
    const words = new Block(key).encrypt(Uint32Array.of(0x00112233, 0x44556677, 0x8899aabb, 0xccddeeff))
    assert.equal(bytesOf(words).toString('hex'), '69c4e0d86a7b0430d8cdb78070b4c55a')
  })

  it('garbles as the paper that describes IGE does', () => {
    const key = hex('000102030405060708090a0b0c0d0e0f')
    const vector = hex('000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f')
    const cipher = '1a8519a6557be652e9da8e43da4ef4453cf456b4ca488aa383c79c98b34797cb'
    assert.equal(bytesOf(new IGE(key, vector).encrypt(Buffer.alloc(32))).toString('hex'), cipher)
    assert.deepEqual(bytesOf(new IGE(key, vector).decrypt(hex(cipher))), Buffer.alloc(32))
  })

  it('garbles as the definition says, block by block, and begins anew with each call', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), blocks, blocks, (key, vector, first, second) => {
        const ige = new IGE(key, vector)
        for (const plain of [first, second]) {
          assert.deepEqual(bytesOf(ige.encrypt(plain)), igeEncrypt(key, vector, plain))
          assert.deepEqual(bytesOf(ige.decrypt(plain)), igeDecrypt(key, vector, plain))
        }
      }),
    )
  })

  it('refuses what is no whole number of blocks', () => {
    const ige = new IGE(Buffer.alloc(32), Buffer.alloc(32))
    for (const length of [1, 15, 17]) {
      assert.throws(() => ige.encrypt(Buffer.alloc(length)), RangeError)
      assert.throws(() => ige.decrypt(Buffer.alloc(length)), RangeError)
    }
    assert.throws(() => new IGE(Buffer.alloc(32), Buffer.alloc(16)), RangeError)
  })
})
