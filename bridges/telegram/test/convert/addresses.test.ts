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

  it('is no link of its own where it reads as what it leads to', () => {
    const link = (href: string, text: string): Inline => ({ type: 'link', href, children: [{ type: 'text', text }] })
    assert.deepEqual(written(link('https://example.org/', 'https://example.org')).entities, [])
    assert.deepEqual(written(link('mailto:a_b@example.org', 'a_b@example.org')).entities, [])
    assert.equal(written(link('https://evil.example/', 'https://example.org')).entities.length, 1)
  })
})
