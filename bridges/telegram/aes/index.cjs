// What the `telegram` library asks of `@cryptography/aes`, which is under the GPL: this stands in its place (`overrides` in the
// package.json of the root). Words are 32 bits, the first byte highest. CommonJS, as its reader is.
'use strict'
const { createCipheriv, createDecipheriv } = require('node:crypto')

const BLOCK = 16

/** @param {Uint8Array | Uint32Array} value @returns {Buffer} */
function bytesOf(value) {
  if (!(value instanceof Uint32Array)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  const bytes = Buffer.allocUnsafe(value.length * 4)
  for (let index = 0; index < value.length; index++) bytes.writeUInt32BE(value[index], index * 4)
  return bytes
}

/** @param {Buffer} bytes @returns {Uint32Array} */
function wordsOf(bytes) {
  const words = new Uint32Array(bytes.length / 4)
  for (let index = 0; index < words.length; index++) words[index] = bytes.readUInt32BE(index * 4)
  return words
}

function wholeBlocks(bytes) {
  if (bytes.length % BLOCK !== 0)
    throw new RangeError(`AES takes whole blocks of ${BLOCK} bytes, not ${bytes.length} bytes`)
  return bytes
}

/** @param {Buffer} key */
function blockCipher(make, key) {
  const cipher = make(`aes-${key.length * 8}-ecb`, key, null)
  cipher.setAutoPadding(false)
  return cipher
}

/** One block after another, each by itself (FIPS 197). */
class AES {
  #encrypt
  #decrypt

  constructor(key) {
    this.#encrypt = blockCipher(createCipheriv, bytesOf(key))
    this.#decrypt = blockCipher(createDecipheriv, bytesOf(key))
  }

  encrypt(message) {
    return wordsOf(this.#encrypt.update(wholeBlocks(bytesOf(message))))
  }

  decrypt(message) {
    return wordsOf(this.#decrypt.update(wholeBlocks(bytesOf(message))))
  }
}

/** XOR of the first `length` bytes of `from` into `into`, from an offset on. */
function mix(into, from, length, at = 0) {
  // oxlint-disable-next-line outside-names/no-computed-write -- bytes, by number
  for (let index = 0; index < length; index++) into[at + index] ^= from[index]
}

/** Infinite garble extension: c[i] = E(p[i] ^ c[i-1]) ^ p[i-1]. The vector holds c[0] and then p[0]; each call begins with it. */
class IGE {
  #key
  #decipher
  #cipherText
  #plainText

  constructor(key, vector) {
    this.#key = bytesOf(key)
    this.#decipher = blockCipher(createDecipheriv, this.#key)
    const start = bytesOf(vector)
    if (start.length !== 2 * BLOCK)
      throw new RangeError(`the vector of IGE has ${2 * BLOCK} bytes, not ${start.length}`)
    this.#cipherText = start.subarray(0, BLOCK)
    this.#plainText = start.subarray(BLOCK)
  }

  /**
   * With d[i] = c[i] ^ p[i-1] the definition reads d[i] = E(p[i] ^ p[i-2] ^ d[i-1]), where the first has no p[i-2]: that is CBC of
   * p[i] ^ p[i-2], and one call of it does the whole.
   */
  encrypt(message) {
    const plain = wholeBlocks(bytesOf(message))
    const { length } = plain
    if (length === 0) return new Uint32Array(0)
    const input = Buffer.from(plain)
    if (length > BLOCK) mix(input, this.#plainText, BLOCK, BLOCK)
    if (length > 2 * BLOCK) mix(input, plain, length - 2 * BLOCK, 2 * BLOCK)
    const cbc = createCipheriv(`aes-${this.#key.length * 8}-cbc`, this.#key, this.#cipherText)
    cbc.setAutoPadding(false)
    const result = cbc.update(input)
    mix(result, this.#plainText, BLOCK)
    mix(result, plain, length - BLOCK, BLOCK)
    return wordsOf(result)
  }

  /** p[i] = D(c[i] ^ p[i-1]) ^ c[i-1]: each block needs the one before it, so each is a call of its own. */
  decrypt(message) {
    const cipher = wholeBlocks(bytesOf(message))
    const result = Buffer.allocUnsafe(cipher.length)
    const block = Buffer.allocUnsafe(BLOCK)
    let [cipherBefore, plainBefore, before] = [this.#cipherText, this.#plainText, 0]
    for (let at = 0; at < cipher.length; at += BLOCK) {
      for (let index = 0; index < BLOCK; index++) block[index] = cipher[at + index] ^ plainBefore[before + index]
      const opened = this.#decipher.update(block)
      for (let index = 0; index < BLOCK; index++) result[at + index] = opened[index] ^ cipherBefore[before + index]
      cipherBefore = cipher
      plainBefore = result
      before = at
    }
    return wordsOf(result)
  }
}

module.exports = AES
module.exports.default = AES
module.exports.AES = AES
module.exports.IGE = IGE
Object.defineProperty(module.exports, '__esModule', { value: true })
