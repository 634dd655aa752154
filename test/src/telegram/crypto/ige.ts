import { createCipheriv, createDecipheriv } from 'node:crypto'

/**
 * AES-256 in infinite garble extension mode (core.telegram.org/mtproto/description), which node:crypto lacks: each block is
 * mixed with the one before it on both sides of the cipher. `iv` holds the ciphertext "before" the first block, then the plaintext.
 */
export function igeEncrypt(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return garble((block) => cipher.update(block), data, { before: iv.subarray(0, 16), after: iv.subarray(16, 32) })
}

export function igeDecrypt(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const cipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return garble((block) => cipher.update(block), data, { before: iv.subarray(16, 32), after: iv.subarray(0, 16) })
}

function garble(transform: (block: Buffer) => Buffer, data: Buffer, first: { before: Buffer; after: Buffer }): Buffer {
  if (data.length % 16 !== 0) throw new RangeError('data is not a whole number of blocks')
  const result = Buffer.allocUnsafe(data.length)
  const mixed = Buffer.allocUnsafe(16)
  let [before, after] = [first.before, first.after]
  for (let at = 0; at < data.length; at += 16) {
    for (let byte = 0; byte < 16; byte++) mixed[byte] = (data[at + byte] ?? 0) ^ (before[byte] ?? 0)
    const block = transform(mixed)
    for (let byte = 0; byte < 16; byte++) result[at + byte] = (block[byte] ?? 0) ^ (after[byte] ?? 0)
    after = data.subarray(at, at + 16)
    before = result.subarray(at, at + 16)
  }
  return result
}
