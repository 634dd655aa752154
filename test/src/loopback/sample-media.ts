import { crc32, deflateSync } from 'node:zlib'
import type { LoopbackMedia, LoopbackMediaKind } from './loopback-chat.ts'

/** Small media of each kind. Those of different names differ in length, so that each can be told by it. */
export function sampleMedia(kind: LoopbackMediaKind, name: string): LoopbackMedia {
  const padding = Buffer.from(`\n${name}\n`.padEnd(64 + hash(name), '.'))
  switch (kind) {
    case 'image':
      return {
        kind,
        bytes: Buffer.concat([png(), padding]),
        mimeType: 'image/png',
        fileName: 'picture.png',
        caption: name,
      }
    case 'sticker':
      return { kind, bytes: Buffer.concat([webp, padding]), mimeType: 'image/webp' }
    case 'video':
      return { kind, bytes: Buffer.concat([mp4, padding]), mimeType: 'video/mp4', fileName: 'film.mp4', caption: name }
    case 'audio':
      return { kind, bytes: Buffer.concat([mp3, padding]), mimeType: 'audio/mpeg', fileName: 'song.mp3' }
    case 'voice':
      return { kind, bytes: Buffer.concat([ogg, padding]), mimeType: 'audio/ogg; codecs=opus' }
    case 'file':
      return { kind, bytes: padding, mimeType: 'application/pdf', fileName: 'paper.pdf', caption: name }
  }
}

function hash(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 997, 7)
}

/** A grey picture of one pixel (PNG, RFC 2083). */
function png(): Buffer {
  const header = Buffer.from('0000000100000001080000000000', 'hex').subarray(0, 13)
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from([0, 0x80]))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

const webp = Buffer.concat([
  Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0', 'latin1'),
  Buffer.from('2f00000010071011118888fe0700', 'hex'),
])
const mp4 = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex')
const mp3 = Buffer.from('fffb90640000000000000000', 'hex')
const ogg = Buffer.from('OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0OpusHead', 'latin1')
