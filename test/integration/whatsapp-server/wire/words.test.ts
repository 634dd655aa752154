import assert from 'node:assert/strict'
import fc from 'fast-check'
import { pad, unpad } from '../../../src/whatsapp/signal/padding.ts'
import { parseJid } from '../../../src/whatsapp/wire/jid.ts'

describe('the padding of messages', () => {
  const plain = fc.uint8Array({ maxLength: 200 })

  it('adds 1 to 16 bytes that say how many they are, and comes off again', () => {
    fc.assert(
      fc.property(plain, (bytes) => {
        const padded = pad(bytes)
        const added = padded.length - bytes.length
        assert.ok(added >= 1 && added <= 16)
        assert.ok(padded.subarray(0, bytes.length).equals(bytes))
        assert.ok(padded.subarray(bytes.length).every((byte) => byte === added))
        assert.deepEqual([...unpad(padded)], [...bytes])
      }),
    )
  })

  it('varies in its length', () => {
    const lengths = new Set(Array.from({ length: 200 }, () => pad(Buffer.alloc(0)).length))
    assert.ok(lengths.size > 1)
  })

  it('is refused where one of its bytes is another', () => {
    const count = fc.integer({ min: 2, max: 16 })
    fc.assert(
      fc.property(plain, count, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, length, place, change) => {
        const padding = Buffer.alloc(length, length)
        // The last one says how many there are; any other must say the same.
        const at = place % (length - 1)
        padding[at] = length ^ change
        assert.throws(() => unpad(Buffer.concat([bytes, padding])), /wrong padding/)
      }),
    )
  })

  for (const [what, hex] of [
    ['no bytes at all', ''],
    ['a count of none', '616200'],
    ['a count of more than 16', `${'11'.repeat(17)}`],
    ['a count of more bytes than there are', '0303'],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => unpad(Buffer.from(hex, 'hex')), /wrong padding/)
    })
  }
})

describe('JIDs on the wire', () => {
  const good: [text: string, user: string, device: number, server: string][] = [
    ['15550000002@s.whatsapp.net', '15550000002', 0, 's.whatsapp.net'],
    ['15550000002:1@s.whatsapp.net', '15550000002', 1, 's.whatsapp.net'],
    ['15550000002:99@s.whatsapp.net', '15550000002', 99, 's.whatsapp.net'],
    ['9015550000002@lid', '9015550000002', 0, 'lid'],
    ['9015550000002:2@lid', '9015550000002', 2, 'lid'],
    ['120363000000000001@g.us', '120363000000000001', 0, 'g.us'],
    ['15550000002-1600000000@g.us', '15550000002-1600000000', 0, 'g.us'],
    ['status@broadcast', 'status', 0, 'broadcast'],
    ['@s.whatsapp.net', '', 0, 's.whatsapp.net'],
    ['@g.us', '', 0, 'g.us'],
  ]
  for (const [text, user, device, server] of good) {
    it(`may be ${text}`, () => assert.deepEqual(parseJid(text), { user, device, server }))
  }

  const bad = [
    undefined,
    '',
    '@',
    '15550000002',
    '15550000002@',
    's.whatsapp.net',
    '15550000002:0@s.whatsapp.net',
    '9015550000002:0@lid',
    '15550000002:01@s.whatsapp.net',
    '15550000002:@s.whatsapp.net',
    '15550000002:a@s.whatsapp.net',
    '15550000002:1:2@s.whatsapp.net',
    '15550000002@s.whatsapp.net@lid',
    '15550000002@c.us',
    '15550000002@sxwhatsapp.net',
    '+15550000002@s.whatsapp.net',
    '1555 0000002@s.whatsapp.net',
    '15550000002@s.whatsapp.net ',
    'undefined@',
    'user_1@lid',
    '15550000002@s.whatsapp.net\n',
  ]
  for (const text of bad) {
    it(`may not be ${JSON.stringify(text)}`, () => assert.equal(parseJid(text), undefined))
  }
})
