import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { fromMatrix } from '../../src/document/from-matrix.ts'
import { plainText } from '../../src/document/plain-text.ts'
import type { Block } from '../../src/document/document.ts'

const html = (formatted: string, body = 'plain'): JsonObject => ({
  msgtype: 'm.text',
  body,
  format: 'org.matrix.custom.html',
  formatted_body: formatted,
})
const paragraph = (text: string): Block => ({ type: 'paragraph', children: [{ type: 'text', text }] })

describe('reading messages from Matrix', () => {
  const cases: readonly { name: string; given: JsonObject; expected: readonly Block[] }[] = [
    {
      name: 'a plain body with breaks',
      given: { msgtype: 'm.text', body: 'a\n\nb' },
      expected: [
        {
          type: 'paragraph',
          children: [{ type: 'text', text: 'a' }, { type: 'break' }, { type: 'break' }, { type: 'text', text: 'b' }],
        },
      ],
    },
    {
      name: 'a quoted fallback in HTML',
      given: html('<mx-reply><blockquote>old</blockquote></mx-reply>new'),
      expected: [paragraph('new')],
    },
    {
      name: 'a quoted fallback in the body',
      given: {
        msgtype: 'm.text',
        body: '> <@a:b> old\n> more\n\nnew',
        'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } },
      },
      expected: [paragraph('new')],
    },
    {
      name: 'tags that are not allowed',
      given: html('<script>alert(1)</script><blink>still</blink> here'),
      expected: [paragraph('still here')],
    },
    ...['<ul><li></li></ul>', '<blockquote> </blockquote>', '<h1></h1>', '<pre><code></code></pre>'].map((empty) => ({
      name: `the body, where the HTML is ${empty}`,
      given: html(empty),
      expected: [paragraph('plain')],
    })),
    {
      name: 'a block without words among others',
      given: html('<p>a</p><blockquote></blockquote><p>b</p>'),
      expected: [paragraph('a'), paragraph('b')],
    },
    {
      name: 'a link to an address that is no word',
      given: html('<a href=" https://example.org/a b\n/\u202ec ">here</a>'),
      expected: [
        {
          type: 'paragraph',
          children: [
            {
              type: 'link',
              href: 'https://example.org/a%20b/%E2%80%AEc',
              children: [{ type: 'text', text: 'here' }],
            },
          ],
        },
      ],
    },
    {
      name: 'a link around a picture without a name',
      given: html('<a href="https://example.org/a"><img src="mxc://a/b"></a>'),
      expected: [
        {
          type: 'paragraph',
          children: [
            {
              type: 'link',
              href: 'https://example.org/a',
              children: [{ type: 'text', text: 'https://example.org/a' }],
            },
          ],
        },
      ],
    },
    {
      name: 'tags that are never closed',
      given: html('<b>bold'),
      expected: [{ type: 'paragraph', children: [{ type: 'text', text: 'bold', marks: { bold: true } }] }],
    },
    {
      name: 'white space as a browser shows it',
      given: html('  a \n  b <br> c  '),
      expected: [
        {
          type: 'paragraph',
          children: [{ type: 'text', text: 'a b' }, { type: 'break' }, { type: 'text', text: 'c' }],
        },
      ],
    },
    {
      name: 'mentions',
      given: html('<a href="https://matrix.to/#/%40ann%3Atest">Ann</a>: hi'),
      expected: [
        {
          type: 'paragraph',
          children: [
            { type: 'mention', target: '@ann:test', text: 'Ann' },
            { type: 'text', text: ': hi' },
          ],
        },
      ],
    },
    {
      name: 'links that would run a script',
      given: html('<a href="javascript:x()">text</a>'),
      expected: [paragraph('text')],
    },
    {
      name: 'code with its language',
      given: html('<pre><code class="language-ts">a &lt; b\n  c\n</code></pre>'),
      expected: [{ type: 'code', language: 'ts', text: 'a < b\n  c' }],
    },
    {
      name: 'custom emoji',
      given: html('<img data-mx-emoticon src="mxc://a/b" alt=":cat:">'),
      expected: [paragraph(':cat:')],
    },
    { name: 'HTML that says nothing', given: html('<p></p>', 'words'), expected: [paragraph('words')] },
    {
      name: 'content of the wrong types',
      given: { msgtype: 7, body: { a: 1 }, format: 'org.matrix.custom.html', formatted_body: [] },
      expected: [],
    },
    { name: 'names from the prototype', given: { msgtype: '__proto__', body: 'x' }, expected: [paragraph('x')] },
  ]
  for (const { name, given, expected } of cases)
    it(`reads ${name}`, () => assert.deepEqual(fromMatrix('m.room.message', given).blocks, expected))

  it('is not harmed by tags nested without end', () => {
    const document = fromMatrix('m.room.message', html(`${'<blockquote>'.repeat(50_000)}deep`))
    assert.match(plainText(document), /deep$/)
  })

  it('tells a caption from a file name, and knows stickers and voice', () => {
    const file = { msgtype: 'm.image', body: 'see', filename: 'a.png', url: 'mxc://a/b' }
    assert.deepEqual(fromMatrix('m.room.message', file).blocks, [paragraph('see')])
    assert.deepEqual(fromMatrix('m.room.message', { ...file, body: 'a.png' }).blocks, [])
    assert.equal(fromMatrix('m.sticker', { body: 'cat', url: 'mxc://a/b' }).media?.kind, 'sticker')
    assert.equal(
      fromMatrix('m.room.message', { ...file, msgtype: 'm.audio', 'org.matrix.msc3245.voice': {} }).media?.isVoice,
      true,
    )
  })

  it('links a place on a map', () => {
    assert.match(
      plainText(fromMatrix('m.room.message', { msgtype: 'm.location', body: 'here', geo_uri: 'geo:51.5,-0.1;u=5' })),
      /^here\n\nhttps:\/\/.*mlat=51\.5&mlon=-0\.1$/,
    )
  })
})
