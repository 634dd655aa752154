import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { cssColour } from '../../src/document/css-colours.ts'
import { fromMatrix } from '../../src/document/from-matrix.ts'
import { plainText } from '../../src/document/plain-text.ts'

const answering = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } } }
const words = (content: JsonObject): string => plainText(fromMatrix('m.room.message', content))
const html = (formatted: string, more: JsonObject = {}): JsonObject => ({
  msgtype: 'm.text',
  body: 'plain',
  format: 'org.matrix.custom.html',
  formatted_body: formatted,
  ...more,
})

describe('the quoted part of a reply is stripped', () => {
  for (const quote of [
    '> <@ada:example.org> old\n> more',
    '> <Some Name> old',
    '> <a > b> old',
    '> <> old',
    '> * <Some Name> waves',
    '>  <Ada (they/them) 🌻> old\n>\n> older',
    '> <!room:example.org> old',
    '> @ada:example.org old',
    '> * @ada:example.org waves',
    '> <@ada:example.org> old\r',
    '> <@ada:example.org> old\n\n',
  ]) {
    const kinds = quote.includes('*') ? ['m.text', 'm.emote', 'm.notice'] : ['m.text', 'm.emote']
    it(`of ${JSON.stringify(quote)}`, () => {
      const isSpaced = quote.startsWith('>  ')
      for (const msgtype of kinds) {
        const said = words({
          msgtype,
          body: `${isSpaced ? quote.replace('>  ', '> ') : quote}\n\nnew\n\n> own`,
          ...answering,
        })
        assert.equal(said, 'new\n\n> own')
      }
    })
  }

  it('but not what somebody quotes themselves', () => {
    assert.equal(words({ msgtype: 'm.text', body: '> <b> is a tag\nyes' }), '> <b> is a tag\nyes')
    assert.equal(words({ msgtype: 'm.text', body: '> words\n\nyes', ...answering }), '> words\n\nyes')
    assert.equal(words({ msgtype: 'm.text', body: '> <b> is a tag\nyes', ...answering }), '> <b> is a tag\nyes')
  })

  it('of captions, file names and the words of an edit', () => {
    const file = { msgtype: 'm.image', url: 'mxc://a/b', ...answering }
    const named = fromMatrix('m.room.message', { ...file, body: '> <Some Name> old\n\na.png', filename: 'a.png' })
    assert.deepEqual([named.media?.fileName, named.blocks], ['a.png', []])
    const old = fromMatrix('m.room.message', { ...file, body: '> <Some Name> old\n\na.png' })
    assert.equal(old.media?.fileName, 'a.png')
    assert.equal(words({ ...file, body: '> <Some Name> old\n\nsee', filename: 'a.png' }), 'see')
    assert.equal(words({ msgtype: 'm.text', body: '> <@ada:example.org> old\n\nnew' }), 'new')
  })

  it('of HTML, with and without its tag', () => {
    const quote =
      '<blockquote><a href="https://matrix.to/#/!r:x/$e?via=x">In reply to</a> <a href="https://matrix.to/#/@a:x">Some Name</a><br>old</blockquote>'
    assert.equal(words(html(`<mx-reply>${quote}</mx-reply>new`, answering)), 'new')
    assert.equal(words(html(`<mx-reply>${quote}</mx-reply>new`)), 'new')
    assert.equal(words(html(`${quote}new`, answering)), 'new')
    assert.match(words(html(`${quote}new`)), /old/)
    const inside = quote.slice('<blockquote>'.length, -'</blockquote>'.length)
    assert.equal(words(html(`<blockquote><p>${inside}</p></blockquote><p>new</p>`, answering)), 'new')
    assert.equal(words(html(`<div>${quote}new</div>`, answering)), 'new')
    const own = '<blockquote><a href="https://matrix.to/#/!r:x/$e">this</a> is old</blockquote>new'
    assert.match(words(html(own, answering)), /is old\n\nnew$/)
    assert.match(words(html('<blockquote>mine</blockquote>new', answering)), /mine/)
  })
})

describe('colours have names', () => {
  it('of CSS, or three digits', () => {
    for (const [written, colour] of [
      ['red', '#ff0000'],
      ['RebeccaPurple', '#663399'],
      [' lightGoldenRodYellow ', '#fafad2'],
      ['#F80', '#ff8800'],
      ['#12aBcD', '#12abcd'],
      ['reddish', undefined],
      ['constructor', undefined],
      ['', undefined],
    ] as const)
      assert.equal(cssColour(written), colour)
  })

  it('and are read wherever a colour may stand', () => {
    for (const formatted of [
      '<font color="red">x</font>',
      '<font data-mx-color="red">x</font>',
      '<span data-mx-color="#f00">x</span>',
    ]) {
      const { blocks } = fromMatrix('m.room.message', html(formatted))
      assert.deepEqual(blocks, [
        { type: 'paragraph', children: [{ type: 'text', text: 'x', marks: { color: '#ff0000' } }] },
      ])
    }
    const { blocks } = fromMatrix('m.room.message', html('<span data-mx-bg-color="navy">x</span>'))
    assert.deepEqual(blocks, [
      { type: 'paragraph', children: [{ type: 'text', text: 'x', marks: { background: '#000080' } }] },
    ])
  })
})
