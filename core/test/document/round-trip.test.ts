import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fromMatrix } from '../../src/document/from-matrix.ts'
import { toMatrix } from '../../src/document/to-matrix.ts'
import { wholeAddresses } from '../../src/document/whole-addresses.ts'
import type { Block, Inline, Marks, MessageDocument } from '../../src/document/document.ts'

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !/[\p{Cc}\u00a0\u2028\u2029]/u.test(text) && text.isWellFormed())
const colour = fc
  .tuple(fc.integer({ min: 0, max: 0xffffff }))
  .map(([value]) => `#${value.toString(16).padStart(6, '0')}`)
const flag = fc.constant(true as const)
const marks = fc.record<Marks>(
  {
    bold: flag,
    italic: flag,
    underline: flag,
    strike: flag,
    code: flag,
    spoiler: flag,
    color: colour,
    background: colour,
  },
  { requiredKeys: [], noNullPrototype: true },
)
const text = fc
  .tuple(word, marks)
  .map(([value, of]): Inline =>
    Object.keys(of).length > 0 ? { type: 'text', text: value, marks: of } : { type: 'text', text: value },
  )
const mention = fc
  .tuple(fc.constantFrom('@alice:example.org', '#room:example.org', '@a/b=c:example.org'), word)
  .map(([target, name]): Inline => ({ type: 'mention', target, text: name }))
const link = fc
  .tuple(fc.webUrl(), fc.array(text, { minLength: 1, maxLength: 3 }))
  .map(([href, children]): Inline => ({ type: 'link', href, children: merge(wholeAddresses(merge(children))) }))
const inlines = fc
  .array(fc.oneof({ weight: 4, arbitrary: text }, mention, link, fc.constant<Inline>({ type: 'break' })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((children) => merge(wholeAddresses(merge(children))))
  .filter((children) => children.length > 0 && children[0]?.type !== 'break' && children.at(-1)?.type !== 'break')
const paragraph = inlines.map((children): Block => ({ type: 'paragraph', children }))
const { block } = fc.letrec<{ block: Block }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 3 },
    paragraph,
    fc
      .tuple(fc.integer({ min: 1, max: 6 }), inlines)
      .map(([level, children]): Block => ({ type: 'heading', level, children })),
    fc
      .tuple(fc.option(fc.constantFrom('ts', 'c++'), { nil: undefined }), fc.array(word, { minLength: 1 }))
      .map(([language, lines]): Block => ({ type: 'code', ...(language && { language }), text: lines.join('\n') })),
    fc.constant<Block>({ type: 'rule' }),
    fc.array(tie('block'), { minLength: 1, maxLength: 3 }).map((children): Block => ({ type: 'quote', children })),
    fc
      .tuple(
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.array(tie('block'), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
      )
      .map(([isOrdered, start, items]): Block => ({
        type: 'list',
        isOrdered,
        ...(isOrdered && start !== 1 && { start }),
        items,
      })),
  ),
}))
const blockTree = fc.array(block, { minLength: 1, maxLength: 4 })
const kind = fc.constantFrom('text' as const, 'emote' as const, 'notice' as const)

describe('documents to Matrix and back', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(kind, blockTree, (of, blocks) => {
        const document: MessageDocument = { kind: of, blocks }
        assert.deepEqual(fromMatrix('m.room.message', toMatrix(document)), document)
      }),
      { numRuns: 400 },
    )
  })

  it('keep what is known of a medium, with and without a caption', () => {
    for (const blocks of [
      [],
      [{ type: 'paragraph', children: [{ type: 'text', text: 'see <this>' }] }],
    ] satisfies Block[][]) {
      const media = {
        kind: 'image',
        fileName: 'a.png',
        mimeType: 'image/png',
        sizeBytes: 12,
        width: 3,
        height: 4,
        source: { mxc: 'mxc://a/b' },
      } as const
      const document: MessageDocument = { kind: 'text', blocks, media }
      assert.deepEqual(fromMatrix('m.room.message', toMatrix(document)), document)
    }
  })

  it('say an address that no client opens, and make no link of it', () => {
    const link = (href: string): Inline => ({ type: 'link', href, children: [{ type: 'text', text: 'here' }] })
    const said = (...children: Inline[]) => {
      const { body, formatted_body: html } = toMatrix({ kind: 'text', blocks: [{ type: 'paragraph', children }] })
      return [body, html]
    }
    for (const href of ['javascript:alert(1)', 'tg://user?id=1', 'data:text/html,x'])
      assert.deepEqual(said(link(href)), [`here (${href})`, undefined])
    assert.deepEqual(said(link('tg://a?b&c'), { type: 'text', text: '!', marks: { bold: true } }), [
      'here (tg://a?b&c)!',
      'here (tg://a?b&amp;c)<strong>!</strong>',
    ])
    assert.deepEqual(said(link('HTTPS://x.example/'))[1], '<a href="HTTPS://x.example/">here</a>')
  })

  it('never fails on any HTML, and never lets text become markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (html) => {
        const document = fromMatrix('m.room.message', {
          msgtype: 'm.text',
          body: 'x',
          format: 'org.matrix.custom.html',
          formatted_body: html,
        })
        const said = toMatrix(document)['formatted_body']
        const again = typeof said === 'string' ? said : ''
        assert.ok(
          !/<(?!\/?(?:p|br|strong|em|u|del|code|pre|span|a|h[1-6]|blockquote|ul|ol|li|hr)\b)/.test(again),
          again,
        )
      }),
    )
  })
})

/** Neighbours with the same marks are one text, as reading them back gives. */
function merge(children: readonly Inline[]): Inline[] {
  const merged: Inline[] = []
  for (const child of children) {
    const last = merged.at(-1)
    if (
      last?.type === 'text' &&
      child.type === 'text' &&
      JSON.stringify(sorted(last.marks)) === JSON.stringify(sorted(child.marks))
    ) {
      merged[merged.length - 1] = { ...last, text: last.text + child.text }
    } else merged.push(child)
  }
  return merged
}

function sorted(of: Marks = {}): unknown {
  return Object.entries(of).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
