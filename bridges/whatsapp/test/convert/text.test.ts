import assert from 'node:assert/strict'
import { plainText, type Block, type Inline } from '@pons/core'
import fc from 'fast-check'
import { blocksFrom } from '../../src/convert/from-whatsapp.ts'
import { splitText, textFrom } from '../../src/convert/to-whatsapp.ts'
import type { Jid } from '../../src/ids.ts'

const nobody = (): undefined => undefined
const paragraph = (...children: Inline[]): Block => ({ type: 'paragraph', children })
const words = (text: string): Inline => ({ type: 'text', text })
const written = (...blocks: Block[]) => textFrom({ kind: 'text', blocks }, nobody).text

describe('text to and from WhatsApp', () => {
  for (const { name, blocks, text } of [
    { name: 'plain', blocks: [paragraph(words('hello'))], text: 'hello' },
    {
      name: 'marks',
      blocks: [
        paragraph(
          words('a '),
          { type: 'text', text: 'bold', marks: { bold: true } },
          words(', '),
          { type: 'text', text: 'slanted', marks: { italic: true } },
          words(' and '),
          { type: 'text', text: 'struck', marks: { strike: true } },
          words(' word with '),
          { type: 'text', text: 'code_in_it', marks: { code: true } },
        ),
      ],
      text: 'a *bold*, _slanted_ and ~struck~ word with `code_in_it`',
    },
    {
      name: 'marks within marks',
      blocks: [paragraph({ type: 'text', text: 'all', marks: { bold: true, italic: true, strike: true } })],
      text: '*_~all~_*',
    },
    {
      name: 'line breaks',
      blocks: [paragraph(words('one'), { type: 'break' }, { type: 'break' }, words('two'))],
      text: 'one\n\ntwo',
    },
    { name: 'a code block', blocks: [{ type: 'code', text: 'let a = *b*\nlet c' }], text: '```let a = *b*\nlet c```' },
    {
      name: 'a quote',
      blocks: [
        { type: 'quote', children: [paragraph(words('said'), { type: 'break' }, words('before'))] },
        paragraph(words('yes')),
      ],
      text: '> said\n> before\nyes',
    },
    {
      name: 'lists',
      blocks: [
        { type: 'list', isOrdered: false, items: [[paragraph(words('one'))], [paragraph(words('two'))]] },
        { type: 'list', isOrdered: true, start: 3, items: [[paragraph(words('three'))], [paragraph(words('four'))]] },
      ],
      text: '* one\n* two\n3. three\n4. four',
    },
  ] satisfies { name: string; blocks: Block[]; text: string }[]) {
    it(`carries ${name} both ways`, () => {
      assert.equal(written(...blocks), text)
      assert.deepEqual(blocksFrom(text, nobody), blocks)
    })
  }

  it('keeps the numbers that somebody gave', () => {
    const list = (start: number, ...items: string[]): Block => ({
      type: 'list',
      isOrdered: true,
      ...(start !== 1 && { start }),
      items: items.map((item) => [paragraph(words(item))]),
    })
    assert.deepEqual(blocksFrom('1. one\n2. two\n10. ten\n3. three', nobody), [
      list(1, 'one', 'two'),
      list(10, 'ten'),
      list(3, 'three'),
    ])
    assert.deepEqual(blocksFrom('0. none\n1. one', nobody), [list(0, 'none', 'one')])
  })

  for (const text of ['5 * 3 * 2', 'snake_case_name', '* ', '**', '~ ~', '2*3*4', '`', '*open', 'a*b*', '>no', '1.5']) {
    it(`takes ${JSON.stringify(text)} for what it is, and writes it so`, () => {
      assert.deepEqual(blocksFrom(text, nobody), [paragraph(words(text))])
      assert.equal(written(paragraph(words(text))).replaceAll('\u2060', ''), text)
    })
  }

  it('says who is mentioned, both ways', () => {
    const jid: Jid = '90000000000002@lid'
    const mention: Inline = { type: 'mention', target: '@whatsapp_lid-90000000000002:test', text: '@Friend' }
    const document = { kind: 'text', blocks: [paragraph(words('hello '), mention, words('!'))] } as const
    const there = textFrom(document, (target) => (target === mention.target ? jid : undefined))
    assert.deepEqual(there, { text: 'hello @90000000000002!', mentions: [jid] })
    const back = blocksFrom(there.text, (digits) =>
      digits === '90000000000002' ? { target: mention.target, name: 'Friend' } : undefined,
    )
    assert.deepEqual(back, document.blocks)
    assert.equal(textFrom(document, nobody).text, 'hello @Friend!')
  })

  it('writes out what WhatsApp has no form for', () => {
    const link: Inline = { type: 'link', href: 'https://example.org', children: [words('here')] }
    const title: Block = { type: 'heading', level: 1, children: [words('Title')] }
    assert.equal(written(title, paragraph(link)), '*Title*\nhere (https://example.org)')
    const bare: Inline = { type: 'link', href: 'https://example.org', children: [words('https://example.org')] }
    assert.equal(written(paragraph(bare)), 'https://example.org')
  })

  it('leaves spaces outside of marks, which hold at none', () => {
    assert.equal(written(paragraph({ type: 'text', text: ' loud ', marks: { bold: true } })), ' *loud* ')
  })

  it('puts marks around whole words only: within one they would be signs, or mark something else', () => {
    const bold = (text: string): Inline => ({ type: 'text', text, marks: { bold: true } })
    assert.equal(written(paragraph(bold('a'), words('b'), bold('c'))), 'abc')
    assert.equal(
      written(paragraph(words('un'), bold('believ'), words('able'), { type: 'break' }, bold('x'))),
      'unbelievable\n*x*',
    )
    assert.equal(written(paragraph(words('('), bold('x'), words('), '), bold('y'), words(' z'))), '(*x*), *y* z')
    assert.equal(written(paragraph(words('f'), { type: 'text', text: 'x', marks: { code: true } })), 'fx')
  })

  it('writes code that holds the signs of code', () => {
    const code = (text: string): Inline => ({ type: 'text', text, marks: { code: true } })
    for (const [text, expected] of [
      ['a`b', '```a`b```'],
      ['`a', '`a'],
      ['a```b', 'a```b'],
    ] as const) {
      const line = written(paragraph(code(text)))
      assert.equal(line.replaceAll('\u2060', ''), expected)
      assert.equal(plainText({ kind: 'text', blocks: blocksFrom(line, nobody) }), text)
    }
    const block = written({ type: 'code', text: 'a\n```\nb' })
    assert.equal(plainText({ kind: 'text', blocks: blocksFrom(block, nobody) }), 'a\n```\nb')
  })

  it('brings back the words of any marked text', () => {
    const unit = fc.constantFrom('a', 'é', '*', '_', '~', '`', '-', '1', '.', ' ', '👍')
    const marks = fc.record(
      { bold: fc.constant(true as const), italic: fc.constant(true as const), code: fc.constant(true as const) },
      { requiredKeys: [] },
    )
    const piece = fc.record({ text: fc.string({ unit, minLength: 1, maxLength: 6 }), marks })
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const text = pieces.map((one) => one.text).join('')
        fc.pre(text.trim() !== '')
        const line = written(paragraph(...pieces.map((one): Inline => ({ type: 'text', ...one }))))
        assert.equal(plainText({ kind: 'text', blocks: blocksFrom(line, nobody) }), text, JSON.stringify(line))
      }),
      { numRuns: 2000 },
    )
  })

  it('lets no digit behind a mention become a part of it', () => {
    const mention: Inline = { type: 'mention', target: '@f:test', text: '@Friend' }
    const { text } = textFrom({ kind: 'text', blocks: [paragraph(mention, words('2nd'))] }, () => '90000000000002@lid')
    assert.equal(text, '@90000000000002\u20602nd')
  })

  it('brings plain text back as it was, whatever marks are in it', () => {
    const line = fc.string({
      unit: fc.constantFrom('a', 'é', '*', '_', '~', '`', '>', '-', '1', '.', ' ', '👍'),
      maxLength: 24,
    })
    fc.assert(
      fc.property(line, (text) => {
        const back = blocksFrom(written(paragraph(words(text))), nobody)
        assert.equal(
          plainText({ kind: 'text', blocks: back }),
          text.trim() === '' ? plainText({ kind: 'text', blocks: back }) : text,
        )
        for (const block of back) {
          assert.equal(block.type, 'paragraph', written(paragraph(words(text))))
          if (block.type === 'paragraph')
            assert.ok(
              block.children.every((child) => !('marks' in child)),
              text,
            )
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('brings marked words back with their marks', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '日'), minLength: 1, maxLength: 6 })
    const mark = fc.constantFrom('bold', 'italic', 'strike', 'code', undefined)
    fc.assert(
      fc.property(fc.array(fc.tuple(word, mark), { minLength: 1, maxLength: 6 }), (pieces) => {
        const children = pieces.flatMap(([text, name], index): Inline[] => {
          const marked: Inline = name === undefined ? words(text) : { type: 'text', text, marks: { [name]: true } }
          return index === 0 ? [marked] : [words(' '), marked]
        })
        const back = blocksFrom(written(paragraph(...children)), nobody)
        assert.deepEqual(joined(back), joined([paragraph(...children)]))
      }),
    )
  })

  it('loses no character of what comes, but for the marks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const bare = (given: string): string => given.replaceAll(/[*_~`>\s•\u2060-]|\d+\. /g, '')
        assert.equal(bare(plainText({ kind: 'text', blocks: blocksFrom(text, nobody) })), bare(text))
      }),
    )
  })

  it('splits long text into pieces that fit, and puts none of a character apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }), (text) => {
        const pieces = splitText(text, 50)
        assert.equal(pieces.join(''), text)
        for (const piece of pieces) {
          assert.ok(piece.length <= 50)
          assert.ok(!/[\ud800-\udbff]$/.test(piece), 'no half of a surrogate pair at the end')
        }
      }),
    )
  })
})

/** Neighbours of the same marks as one. */
function joined(blocks: readonly Block[]): unknown {
  const children = blocks.flatMap((block) => (block.type === 'paragraph' ? block.children : []))
  const runs: { text: string; marks: string }[] = []
  for (const child of children) {
    if (child.type !== 'text') continue
    const marks = JSON.stringify(child.marks ?? {})
    const last = runs.at(-1)
    if (last?.marks === marks) last.text += child.text
    else runs.push({ text: child.text, marks })
  }
  return runs
}
