// SHA-1 (RFC 3174), which orders events in rooms of version 1. Nothing's safety rests on it.

/** 40 hexadecimal digits. */
export function sha1Hex(text: string): string {
  const words = paddedWords(new TextEncoder().encode(text))
  const hash = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]
  for (let block = 0; block < words.length; block += 16) addBlock(hash, words.subarray(block, block + 16))
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** The bytes as big-endian words, with a one bit, zeros and the length in bits behind them. */
function paddedWords(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(16 * Math.ceil((bytes.length + 9) / 64))
  for (const [i, byte] of bytes.entries()) words[i >> 2]! |= byte << (24 - 8 * (i % 4))
  words[bytes.length >> 2]! |= 0x80 << (24 - 8 * (bytes.length % 4))
  words[words.length - 1] = bytes.length * 8
  return words
}

function addBlock(hash: number[], block: Uint32Array): void {
  const schedule = new Int32Array(80)
  schedule.set(block)
  for (let i = 16; i < 80; i++) {
    schedule[i] = rotate(schedule[i - 3]! ^ schedule[i - 8]! ^ schedule[i - 14]! ^ schedule[i - 16]!, 1)
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = hash
  for (let i = 0; i < 80; i++) {
    const mixed = (rotate(a, 5) + mix(i, b, c, d) + e + schedule[i]!) | 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = mixed
  }
  for (const [i, word] of [a, b, c, d, e].entries()) hash[i] = (hash[i]! + word) | 0
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
  return (b ^ c ^ d) + 0xca62c1d6
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
