import assert from 'node:assert/strict'
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { sha1 } from '../../src/telegram/crypto/hashes.ts'
import { makeServerKey } from '../../src/telegram/crypto/server-key.ts'
import { intermediateFraming } from '../../src/telegram/transport/framing.ts'

describe('what other clients rightly send to the Telegram server', () => {
  it('is a packet with up to fifteen bytes of padding, of whatever kind', () => {
    const encrypted = Buffer.concat([Buffer.from([1]), randomBytes(23), randomBytes(64)])
    const plain = Buffer.alloc(20 + 40, 7)
    plain.writeBigUInt64LE(0n, 0)
    plain.writeUInt32LE(40, 16)
    const error = Buffer.from([0x6c, 0xfe, 0xff, 0xff])
    for (const packet of [encrypted, plain, error]) {
      for (let padding = 0; padding <= 15; padding++) {
        const body = Buffer.concat([packet, randomBytes(padding)])
        const header = Buffer.alloc(4)
        header.writeUInt32LE(body.length)
        const taken = intermediateFraming(true).take(Buffer.concat([header, body]))
        assert.equal(taken?.used, 4 + body.length)
        assert.ok(taken.packet.equals(packet), `${packet.length} bytes and ${padding} more`)
      }
    }
  })

  it('is the inner data of a key exchange in the padding of before 2021', () => {
    const key = makeServerKey()
    const n = Buffer.from(BigInt(key.n).toString(16).padStart(512, '0'), 'hex').toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' })
    const data = randomBytes(96)
    const padded = Buffer.concat([Buffer.alloc(1), sha1(data), data, randomBytes(235 - data.length)])
    const encrypted = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, padded)
    const opened = key.open(encrypted)
    assert.ok(opened.hash?.equals(sha1(opened.data.subarray(0, data.length))))
    assert.ok(opened.data.subarray(0, data.length).equals(data))
  })
})
