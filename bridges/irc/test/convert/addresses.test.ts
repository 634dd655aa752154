import assert from 'node:assert/strict'
import type { Block, Inline } from '@pons/core'
import fc from 'fast-check'
import { anyAddress } from '../../../../test/src/any-address.ts'
import { linesOf } from '../../src/convert/to-irc.ts'
import { documentOf } from '../../src/convert/from-irc.ts'

const options = { nickOf: () => undefined, mediaLink: () => undefined }
const lines = (...children: Inline[]): string[] =>
  linesOf({ kind: 'text', blocks: [{ type: 'paragraph', children }] satisfies Block[] }, options)

describe('an address is one word on IRC', () => {
  it('goes as it is, and comes without a mention in it', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const line = `SOMEBODY ${address} IT EVERYBODY`
        assert.deepEqual(lines({ type: 'text', text: line }), [line])
        const everybody = (word: string): string | undefined =>
          ['SOMEBODY', 'EVERYBODY'].includes(word) || address.includes(word) ? '@a:test' : undefined
        const { blocks } = documentOf({ kind: 'text', text: line }, everybody)
        const mention = (text: string): Inline => ({ type: 'mention', target: '@a:test', text })
        assert.deepEqual(blocks, [
          {
            type: 'paragraph',
            children: [mention('SOMEBODY'), { type: 'text', text: ` ${address} IT ` }, mention('EVERYBODY')],
          },
        ])
      }),
      { numRuns: 500, examples: [['ada@example.org'], ['https://example.org/ada']] },
    )
  })

  it('and a nick is no part of a word of any script', () => {
    const nicks = ['Ann', 'Jürgen', '日本', 'rgen', 'J']
    const { blocks } = documentOf({ kind: 'text', text: 'Annürgen: Jürgen, 日本 (Ann) e\u0301Ann' }, (word) =>
      nicks.includes(word) ? '@a:test' : undefined,
    )
    const children = blocks.flatMap((block) => (block.type === 'paragraph' ? block.children : []))
    assert.deepEqual(
      children.flatMap((child) => (child.type === 'mention' ? [child.text] : [])),
      ['Jürgen', '日本', 'Ann'],
    )
  })

  it('is said once where a link reads as what it leads to', () => {
    const link = (href: string, text: string): Inline => ({ type: 'link', href, children: [{ type: 'text', text }] })
    assert.deepEqual(lines(link('https://example.org/', 'https://example.org')), ['https://example.org'])
    assert.deepEqual(lines(link('https://example.org/a%20b', 'example.org/a b')), ['example.org/a b'])
    assert.deepEqual(lines(link('mailto:a@example.org', 'a@example.org')), ['a@example.org'])
    for (const [href, text] of [
      ['https://EXAMPLE.org/A', 'example.org/A'],
      ['https://xn--bcher-kva.example/', 'https://bücher.example'],
      ['https://example.org/?q=%C3%A9#x', 'example.org/?q=é#x'],
      ['https://example.org:443', 'https://example.org/'],
      ['ftp://example.org/a', 'ftp://example.org/a'],
    ] as const)
      assert.deepEqual(lines(link(href, text)), [text])
    for (const [href, text] of [
      ['https://example.org/a', 'example.org/A'],
      ['https://example.org@evil.example/', 'https://example.org'],
      ['https://example.org/', 'example.org:8443'],
    ] as const)
      assert.deepEqual(lines(link(href, text)), [`${text} (${href})`])
    assert.deepEqual(lines(link('https://evil.example/', 'https://example.org')), [
      'https://example.org (https://evil.example/)',
    ])
  })
})
