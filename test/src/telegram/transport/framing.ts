import { randomBytes, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** How packets are told apart on a stream (core.telegram.org/mtproto/mtproto-transports). */
export interface Framing {
  readonly name: 'full' | 'abridged' | 'intermediate' | 'padded intermediate'
  /** The first packet of the bytes and how many bytes it took; undefined when it is not whole yet. @throws RangeError */
  take(bytes: Buffer): { packet: Buffer; used: number } | undefined
  wrap(packet: Buffer): Buffer
}

/** `len:int32 seq:int32 payload crc32:uint32`; the length counts everything, each side counts its packets from 0. */
export function fullFraming(): Framing {
  let [received, sent] = [0, 0]
  return {
    name: 'full',
    take(bytes) {
      if (bytes.length < 4) return undefined
      const length = bytes.readUInt32LE(0)
      if (length < 12) throw new RangeError(`a packet says it has ${length} bytes`)
      if (bytes.length < length) return undefined
      if (crc32(bytes.subarray(0, length - 4)) !== bytes.readUInt32LE(length - 4))
        throw new RangeError('the checksum differs')
      const number = bytes.readUInt32LE(4)
      if (number !== received++) throw new RangeError(`packet ${number} came where ${received - 1} was due`)
      return { packet: Buffer.from(bytes.subarray(8, length - 4)), used: length }
    },
    wrap(packet) {
      const framed = Buffer.alloc(packet.length + 12)
      framed.writeUInt32LE(framed.length, 0)
      framed.writeUInt32LE(sent++, 4)
      packet.copy(framed, 8)
      framed.writeUInt32LE(crc32(framed.subarray(0, -4)), framed.length - 4)
      return framed
    },
  }
}

/** Length in words of four bytes: one byte, or 127 and three. */
export function abridgedFraming(): Framing {
  return {
    name: 'abridged',
    take(bytes) {
      const [first] = bytes
      if (first === undefined) return undefined
      const words = first & 0x7f
      const header = words < 0x7f ? 1 : 4
      if (bytes.length < header) return undefined
      const length = 4 * (header === 1 ? words : bytes.readUIntLE(1, 3))
      if (bytes.length < header + length) return undefined
      return { packet: Buffer.from(bytes.subarray(header, header + length)), used: header + length }
    },
    wrap(packet) {
      const words = packet.length / 4
      const header =
        words < 127 ? Buffer.from([words]) : Buffer.from([127, words & 255, (words >> 8) & 255, words >> 16])
      return Buffer.concat([header, packet])
    },
  }
}

/** `len:int32 payload`; padded adds up to 15 random bytes that the length counts. */
export function intermediateFraming(isPadded: boolean): Framing {
  return {
    name: isPadded ? 'padded intermediate' : 'intermediate',
    take(bytes) {
      if (bytes.length < 4) return undefined
      const length = bytes.readUInt32LE(0) & 0x7fffffff
      if (bytes.length < 4 + length) return undefined
      const packet = Buffer.from(bytes.subarray(4, 4 + length))
      return { packet: isPadded ? withoutPadding(packet) : packet, used: 4 + length }
    },
    wrap(packet) {
      const body = isPadded ? Buffer.concat([packet, randomBytes(randomInt(0, 16))]) : packet
      const header = Buffer.alloc(4)
      header.writeUInt32LE(body.length)
      return Buffer.concat([header, body])
    },
  }
}

/**
 * Where the padding begins shows in the packet alone: an encrypted message is a whole number of AES blocks behind key id and
 * message key, a plain one says its own length.
 */
function withoutPadding(packet: Buffer): Buffer {
  if (packet.length < 24) return packet.subarray(0, 4)
  const isPlain = packet.readBigUInt64LE(0) === 0n
  const length = isPlain ? 20 + packet.readUInt32LE(16) : packet.length - ((packet.length - 24) % 16)
  if (length > packet.length)
    throw new RangeError(`a message says it has ${length} bytes, and came with ${packet.length}`)
  return packet.subarray(0, length)
}
