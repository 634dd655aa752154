import { createCipheriv, createDecipheriv, type Cipheriv, type Decipheriv } from 'node:crypto'
import { abridgedFraming, fullFraming, intermediateFraming, type Framing } from './framing.ts'

export interface Sniffed {
  readonly framing: Framing
  /** Bytes at the beginning that are not part of a packet. */
  readonly skip: number
  /** Set when the connection is obfuscated: both streams run through AES-256-CTR. */
  readonly obfuscation?: { readonly decipher: Decipheriv; readonly cipher: Cipheriv }
}

const headerLength = 64

/** Which transport a client chose shows in its first bytes; undefined while there are too few. @throws RangeError */
export function sniff(bytes: Buffer): Sniffed | undefined {
  if (bytes[0] === 0xef) return { framing: abridgedFraming(), skip: 1 }
  if (bytes.length < 8) return undefined
  const first = bytes.readUInt32BE(0)
  if (first === 0xeeeeeeee) return { framing: intermediateFraming(false), skip: 4 }
  if (first === 0xdddddddd) return { framing: intermediateFraming(true), skip: 4 }
  // A full packet has its number, 0 for the first, where an obfuscated header never has zeros.
  if (bytes.readUInt32LE(4) === 0) return { framing: fullFraming(), skip: 0 }
  return bytes.length < headerLength ? undefined : deobfuscate(Buffer.from(bytes.subarray(0, headerLength)))
}

/** "Transport obfuscation": the keys are in the header, for the other direction in its mirror image. */
function deobfuscate(header: Buffer): Sniffed {
  const mirrored = Buffer.from(header.subarray(8, 56)).reverse()
  const decipher = createDecipheriv('aes-256-ctr', header.subarray(8, 40), header.subarray(40, 56))
  const cipher = createCipheriv('aes-256-ctr', mirrored.subarray(0, 32), mirrored.subarray(32, 48))
  const tag = decipher.update(header).readUInt32BE(56)
  const framing = framingOf(tag)
  if (framing === undefined) throw new RangeError(`no transport has the tag ${tag.toString(16)}`)
  return { framing, skip: headerLength, obfuscation: { decipher, cipher } }
}

function framingOf(tag: number): Framing | undefined {
  switch (tag) {
    case 0xefefefef:
      return abridgedFraming()
    case 0xeeeeeeee:
      return intermediateFraming(false)
    case 0xdddddddd:
      return intermediateFraming(true)
    default:
      return undefined
  }
}
