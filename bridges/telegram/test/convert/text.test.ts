import { plainText, type Block, type Inline } from '@pons/core'
import fc from 'fast-check'
import assert from 'node:assert/strict'
import { blocksFrom } from '../../src/convert/from-telegram.ts'
import { splitText, textFrom, withSpeaker } from '../../src/convert/to-telegram.ts'
import type { TextEntity } from '../../src/protocol/text-entity.ts'
import { packWaveform } from '../../src/to-network/pack-waveform.ts'

const nobody = (): undefined => undefined
const paragraph = (...children: Inline[]): Block => ({ type: 'paragraph', children })

describe('text to and from Telegram', () => {
  for (const { name, blocks, text, entities } of [
    { name: 'plain', blocks: [paragraph({ type: 'text', text: 'hello' })], text: 'hello', entities: [] },
    {
      name: 'marks after an emoji, counted in UTF-16 units',
      blocks: [paragraph({ type: 'text', text: '👍 ' }, { type: 'text', text: 'bold', marks: { bold: true } })],
      text: '👍 bold',
      entities: [{ type: 'bold', offset: 3, length: 4 }],
    },
    {
      name: 'a code block',
      blocks: [{ type: 'code', language: 'ts', text: 'let a = 1' }],
      text: 'let a = 1',
      entities: [{ type: 'pre', language: 'ts', offset: 0, length: 9 }],
    },
    {
      name: 'a link with words of its own',
      blocks: [paragraph({ type: 'link', href: 'https://example.org', children: [{ type: 'text', text: 'here' }] })],
      text: 'here',
      entities: [{ type: 'link', url: 'https://example.org', offset: 0, length: 4 }],
    },
    {
      name: 'a quote',
      blocks: [{ type: 'quote', children: [paragraph({ type: 'text', text: 'said' })] }],
      text: 'said',
      entities: [{ type: 'quote', offset: 0, length: 4 }],
    },
  ] satisfies { name: string; blocks: Block[]; text: string; entities: TextEntity[] }[]) {
    it(`carries ${name} both ways`, () => {
      assert.deepEqual(textFrom({ kind: 'text', blocks }, nobody), { text, entities })
      assert.deepEqual(
        blocksFrom(text, entities, () => ''),
        blocks,
      )
    })
  }

  it('writes out what Telegram has no form for', () => {
    const items = [[paragraph({ type: 'text', text: 'one' })], [paragraph({ type: 'text', text: 'two' })]]
    const list: Block = { type: 'list', isOrdered: true, items }
    assert.equal(textFrom({ kind: 'text', blocks: [list] }, nobody).text, '1. one\n2. two')
    const outer: Block = { type: 'list', isOrdered: false, items: [[...(items[0] ?? []), list]] }
    assert.equal(textFrom({ kind: 'text', blocks: [outer] }, nobody).text, '• one\n  1. one\n  2. two')
  })

  it('loses no character, whatever entities cover it', () => {
    const types = ['bold', 'italic', 'underline', 'strike', 'code', 'spoiler'] as const
    const entity = fc.record({
      type: fc.constantFrom(...types),
      offset: fc.nat(60),
      length: fc.integer({ min: -3, max: 60 }),
    })
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.array(entity, { maxLength: 6 }),
        (text, entities) => {
          const blocks = blocksFrom(text, entities, () => '')
          assert.equal(plainText({ kind: 'text', blocks }), text)
        },
      ),
    )
  })

  it('splits long text into pieces that fit, and puts none of a character apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }), (text) => {
        const pieces = splitText({ text, entities: [{ type: 'bold', offset: 0, length: text.length }] }, 50)
        assert.equal(pieces.map((piece) => piece.text).join(''), text)
        for (const { text: piece, entities } of pieces) {
          assert.ok(piece.length <= 50)
          assert.ok(!/[\ud800-\udbff]$/.test(piece), 'no half of a surrogate pair at the end')
          assert.deepEqual(entities, [{ type: 'bold', offset: 0, length: piece.length }])
        }
      }),
    )
  })

  it('packs a waveform five bits a level', () => {
    assert.equal(packWaveform([1024, 0, 1024]).toString('hex'), '1f7c')
  })
})

describe('the name in front of what a bot says for somebody', () => {
  it('is no mention, command, tag or address, and is what the bold part covers', () => {
    for (const name of [
      '@everyone',
      '/start',
      '#tag $USD',
      'evil.example https://x.org a@b.org',
      '*Bob* <b>B</b> __x__',
    ]) {
      const { text, entities } = withSpeaker(
        { text: 'hello', entities: [{ type: 'italic', offset: 0, length: 5 }] },
        name,
      )
      assert.equal(text.replaceAll('\u2060', ''), `${name}: hello`)
      assert.ok(!/[@#$/.:][\p{L}\p{N}/]/u.test(text), text)
      const [bold, italic] = entities
      assert.equal(text.slice(0, bold?.length), text.slice(0, -': hello'.length))
      assert.equal(text.slice(italic?.offset), 'hello')
    }
  })
})
