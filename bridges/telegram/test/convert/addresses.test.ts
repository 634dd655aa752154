import assert from 'node:assert/strict'
import type { Block, Inline } from '@pons/core'
import fc from 'fast-check'
import { anyAddress } from '../../../../test/src/any-address.ts'
import { blocksFrom } from '../../src/convert/from-telegram.ts'
import { textFrom } from '../../src/convert/to-telegram.ts'

const nobody = (): undefined => undefined
const written = (...children: Inline[]) =>
  textFrom({ kind: 'text', blocks: [{ type: 'paragraph', children }] satisfies Block[] }, nobody)

describe('an address is one word on Telegram', () => {
  it('goes and comes as it is, with nothing said of it', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const text = `so ${address} it is`
        assert.deepEqual(written({ type: 'text', text }), { text, entities: [] })
        assert.deepEqual(
          blocksFrom(text, [], () => '@a:test'),
          [{ type: 'paragraph', children: [{ type: 'text', text }] }],
        )
      }),
    )
  })

  it('holds no mention, and a mention or a link that is marked in part is one', () => {
    const read = (text: string, ...entities: Parameters<typeof blocksFrom>[1]) =>
      blocksFrom(text, entities, () => '@a:test').flatMap((block) => (block.type === 'paragraph' ? block.children : []))
    const mention = (offset: number, length: number) =>
      ({ type: 'mention', userId: '1', hash: '', offset, length }) as const
    const bold = (offset: number, length: number) => ({ type: 'bold', offset, length }) as const
    for (const text of ['https://x.example/@ada/1', 'x.example/@ada', 'ada@x.example'])
      assert.deepEqual(read(text, mention(text.indexOf('@'), 4)), [{ type: 'text', text }])
    assert.deepEqual(read('Ada L hi', mention(0, 5), bold(0, 3)), [
      { type: 'mention', target: '@a:test', text: 'Ada L' },
      { type: 'text', text: ' hi' },
    ])
    const href = 'https://x.example/'
    assert.deepEqual(read('see this', { type: 'link', url: href, offset: 0, length: 8 }, bold(4, 4)), [
      {
        type: 'link',
        href,
        children: [
          { type: 'text', text: 'see ' },
          { type: 'text', text: 'this', marks: { bold: true } },
        ],
      },
    ])
  })

  it('is no link of its own where it reads as what it leads to', () => {
    const link = (href: string, text: string): Inline => ({ type: 'link', href, children: [{ type: 'text', text }] })
    assert.deepEqual(written(link('https://example.org/', 'https://example.org')).entities, [])
    assert.deepEqual(written(link('mailto:a_b@example.org', 'a_b@example.org')).entities, [])
    assert.equal(written(link('https://evil.example/', 'https://example.org')).entities.length, 1)
  })
})
