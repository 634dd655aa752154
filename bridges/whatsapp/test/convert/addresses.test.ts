import assert from 'node:assert/strict'
import { plainText, type Block, type Inline } from '@pons/core'
import fc from 'fast-check'
import { anyAddress } from '../../../../test/src/any-address.ts'
import { blocksFrom } from '../../src/convert/from-whatsapp.ts'
import { textFrom } from '../../src/convert/to-whatsapp.ts'

const nobody = (): undefined => undefined
const words = (text: string): Inline => ({ type: 'text', text })
const paragraph = (...children: Inline[]): Block => ({ type: 'paragraph', children })
const written = (...children: Inline[]): string =>
  textFrom({ kind: 'text', blocks: [paragraph(...children)] }, nobody).text

describe('an address is one word on WhatsApp', () => {
  for (const address of [
    'https://people.example.org/~ada/ and https://people.example.org/~ben/',
    'https://x.example/wiki/Mercury_(planet)_in_fiction',
    'https://x.example/docs/_static/_images/a.png',
    'see https://x.example/*a*/~b~/`c`, and _ada_@example.org',
  ]) {
    it(`carries ${address} as it is, both ways`, () => {
      assert.equal(written(words(address)), address)
      assert.deepEqual(blocksFrom(address, nobody), [paragraph(words(address))])
    })
  }

  it('carries any, among words and marks', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const line = `_so_ ${address} *it* is`
        const out = written(words(line))
        assert.ok(out.includes(` ${address} `), out)
        const back = blocksFrom(out, nobody)
        assert.equal(plainText({ kind: 'text', blocks: back }), line)
        assert.deepEqual(back, [paragraph(words(line))])
      }),
      { numRuns: 1000 },
    )
  })

  it('carries marks around one', () => {
    fc.assert(
      fc.property(anyAddress, fc.constantFrom('bold', 'italic', 'strike'), (address, mark) => {
        const marked: Inline = { type: 'text', text: `see ${address}`, marks: { [mark]: true } }
        assert.deepEqual(blocksFrom(written(marked), nobody), [paragraph(marked)])
      }),
      {
        numRuns: 1000,
        examples: [
          ['https://x.example/a_', 'italic'],
          ['https://x.example/a*', 'bold'],
        ],
      },
    )
  })

  it('mentions nobody inside of one', () => {
    const target = { target: '@a:test', name: 'Ada' }
    const text = 'https://x.example/@90000000000002/posts and @90000000000002'
    assert.deepEqual(
      blocksFrom(text, () => target),
      [
        paragraph(words('https://x.example/@90000000000002/posts and '), {
          type: 'mention',
          target: '@a:test',
          text: '@Ada',
        }),
      ],
    )
  })

  it('says a link once that reads as what it leads to', () => {
    const href = 'https://x.example/_a_/_b_'
    assert.equal(written({ type: 'link', href, children: [words(href)] }), href)
    assert.equal(written({ type: 'link', href: `${href}/`, children: [words(href)] }), href)
    assert.equal(written({ type: 'link', href, children: [words('here')] }), `here (${href})`)
  })
})
