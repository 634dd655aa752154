import assert from 'node:assert/strict'
import { deflateSync } from 'node:zlib'
import { decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys'
import type { Stanza } from '../../../src/whatsapp/wire/stanza.ts'
import { nodeVectors } from './node-vectors.ts'

const plain = 0
const compressed = 2

function bytesOf(hex: string): Buffer {
  const digits = hex.replaceAll(/\/\/.*/g, '').replaceAll(/\s/g, '')
  const bytes = Buffer.from(digits, 'hex')
  assert.equal(bytes.length * 2, digits.length, `no hexadecimal digits: ${digits}`)
  return bytes
}

function framed(hex: string, content = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([plain]), bytesOf(hex), content])
}

async function assertBothWays(frame: Buffer, node: Stanza): Promise<void> {
  const [encoded, decoded] = [encodeBinaryNode(node), await decodeBinaryNode(frame)]
  // Not by deepEqual: of a megabyte it would print every byte.
  assert.ok(encoded.equals(frame), `written as ${encoded.subarray(0, 200).toString('hex')}`)
  assert.deepEqual(withoutGaps(decoded), node)
}

/** The decoder gives a node that has no content an undefined one. */
function withoutGaps({ tag, attrs, content }: Stanza): Stanza {
  if (content === undefined) return { tag, attrs }
  return { tag, attrs, content: Array.isArray(content) ? content.map(withoutGaps) : content }
}

describe('the binary encoding of nodes that client and server share', () => {
  for (const { name, hex, node } of nodeVectors) {
    it(`has ${name}`, async () => {
      await assertBothWays(framed(hex), node)
    })

    it(`does not take for whole what was cut short of ${name}`, async () => {
      const frame = framed(hex)
      for (let length = 0; length < frame.length; length++)
        await assert.rejects(decodeBinaryNode(frame.subarray(0, length)), `the first ${length} bytes`)
    })
  }

  const sizes: [size: number, length: string][] = [
    [255, 'fc ff'],
    [256, 'fd 00 01 00'],
    [2 ** 20 - 1, 'fd 0f ff ff'],
    [2 ** 20, 'fe 00 10 00 00'],
    [2 ** 20 + 258, 'fe 00 10 01 02'],
  ]
  for (const [size, length] of sizes) {
    it(`says that ${size} bytes follow as ${length}`, async () => {
      const content = Buffer.alloc(size, 'content')
      // A list of 2: enc, and its content.
      await assertBothWays(framed(`f8 02 1d ${length}`, content), { tag: 'enc', attrs: {}, content })
    })
  }

  const counts: [count: number, length: string][] = [
    [0, '00'],
    [255, 'f8 ff'],
    [256, 'f9 01 00'],
    [515, 'f9 02 03'],
  ]
  for (const [count, length] of counts) {
    it(`says that ${count} children follow as ${length}`, async () => {
      // 71 is list, 3f is item.
      const hex = `f8 02 71 ${length} ${'f8 01 3f '.repeat(count)}`
      const content = Array.from({ length: count }, () => ({ tag: 'item', attrs: {} }))
      await assertBothWays(framed(hex), { tag: 'list', attrs: {}, content })
    })
  }

  it('says with two bytes that it has more than 127 attributes', async () => {
    const names = Array.from({ length: 128 }, (_, index) => `x${String(index).padStart(3, '0')}`)
    // Four letters, and 55 is the token of 1.
    const attributes = names.map((name) => `fc 04 ${Buffer.from(name).toString('hex')} 55`).join(' ')
    const attrs = Object.fromEntries(names.map((name) => [name, '1']))
    await assertBothWays(framed(`f9 01 01 3f ${attributes}`), { tag: 'item', attrs })
  })

  it('packs up to 127 digits, and writes more as text', async () => {
    const [most, more] = ['1'.repeat(127), '1'.repeat(128)]
    const packed = framed(`f8 03 1b 08 ff c0 ${'11 '.repeat(63)} 1f`)
    await assertBothWays(packed, { tag: 'ack', attrs: { id: most } })
    const written = framed(`f8 03 1b 08 fc 80 ${'31 '.repeat(128)}`)
    await assertBothWays(written, { tag: 'ack', attrs: { id: more } })
  })

  it('is inflated where the flags say so', async () => {
    for (const { hex, node } of nodeVectors) {
      const frame = Buffer.concat([Buffer.from([compressed]), deflateSync(bytesOf(hex))])
      assert.deepEqual(withoutGaps(await decodeBinaryNode(frame)), node)
    }
  })

  it('cannot name device 0: it comes out as the phone', async () => {
    const frame = encodeBinaryNode({ tag: 'ack', attrs: { to: '15550000002:0@s.whatsapp.net' } })
    assert.ok(frame.equals(framed('f8 03 1b 11 f7 00 00 ff 86 15 55 00 00 00 2f')))
    assert.deepEqual((await decodeBinaryNode(frame)).attrs, { to: '15550000002@s.whatsapp.net' })
  })

  it('refuses what is no node', async () => {
    // An empty list, a list without a tag, an unknown token, a digit that is none.
    for (const hex of ['00', 'f8 01 00', 'f8 01 f0', 'f8 01 ff 01 cc', 'f8 03 1b 08 fa 00 00'])
      await assert.rejects(decodeBinaryNode(framed(hex)), hex)
  })
})
