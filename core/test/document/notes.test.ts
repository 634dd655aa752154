import assert from 'node:assert/strict'
import { plainText, type MessageDocument } from '@pons/core'
import { toMatrix } from '../../src/document/to-matrix.ts'

const hello: MessageDocument['blocks'] = [
  {
    type: 'paragraph',
    children: [
      { type: 'text', text: 'one' },
      { type: 'break' },
      { type: 'mention', target: '@bert:test', text: 'Bert' },
    ],
  },
]
const forwarded = [{ text: '↪ Forwarded from <b>Ada</b> *x*', isQuotation: true }] as const
const answer = [{ text: '↩ Answers your story' }] as const

describe('what a network says about a message', () => {
  it('stands before the words of somebody else, which are a quotation', () => {
    const content = toMatrix({ kind: 'text', blocks: hello, notes: forwarded })
    assert.equal(content['body'], '↪ Forwarded from <b>Ada</b> *x*\n\n> one\n> Bert')
    assert.equal(
      content['formatted_body'],
      '<p><em>↪ Forwarded from &lt;b&gt;Ada&lt;/b&gt; *x*</em></p><blockquote><p>one<br>' +
        '<a href="https://matrix.to/#/%40bert%3Atest">Bert</a></p></blockquote>',
    )
    assert.deepEqual(content['m.mentions'], { user_ids: ['@bert:test'] })
  })

  it('stands before the words of who says it, which stay as they are', () => {
    const content = toMatrix({ kind: 'text', blocks: hello, notes: answer })
    assert.equal(content['body'], '↩ Answers your story\n\none\nBert')
  })

  it('is the caption of a medium, before its own', () => {
    const media = { kind: 'image', fileName: 'a.jpg', source: { mxc: 'mxc://test/a' } } as const
    const bare = toMatrix({ kind: 'text', blocks: [], media, notes: forwarded })
    assert.deepEqual([bare['filename'], bare['body']], ['a.jpg', '↪ Forwarded from <b>Ada</b> *x*'])
    const captioned = toMatrix({ kind: 'text', blocks: hello, media, notes: forwarded })
    assert.equal(captioned['body'], '↪ Forwarded from <b>Ada</b> *x*\n\n> one\n> Bert')
  })

  it('makes a picture of a sticker, which has no words beside it', () => {
    const media = { kind: 'sticker', fileName: 'a.webp', source: { mxc: 'mxc://test/a' } } as const
    const content = toMatrix({ kind: 'text', blocks: [], media, notes: forwarded })
    assert.deepEqual([content['msgtype'], content['filename']], ['m.image', 'a.webp'])
  })

  it('is none of the words that an answer quotes', () => {
    assert.equal(plainText({ kind: 'text', blocks: hello, notes: forwarded }), 'one\nBert')
  })
})
