import assert from 'node:assert/strict'
import { BridgeError, type EditIntent, type Inline, type MessageDocument } from '@pons/core'
import { setScene, type Scene } from './scene.ts'
import { chat, textDocument } from './support.ts'
import { ann, targetMessage } from './target-message.ts'

const paragraph = (...children: Inline[]): MessageDocument => ({
  kind: 'text',
  blocks: [{ type: 'paragraph', children }],
})

describe('what is said on IRC, and what is not', () => {
  let scene: Scene
  let person: Scene['person']
  let adapter: Scene['adapter']

  before(async () => {
    scene = await setScene()
    ;({ person, adapter } = scene)
  })

  after(async () => await scene[Symbol.asyncDispose]())

  const said = async (document: MessageDocument): Promise<unknown[]> =>
    (await adapter.relay.handlers.message(adapter.intent('', { document }))).map(({ text }) => text)

  const edited = async (from: string, document: MessageDocument): Promise<unknown[]> => {
    const intent: EditIntent = {
      ...adapter.intent('', { document }),
      kind: 'edit',
      target: targetMessage({ text: from }),
    }
    return ((await adapter.relay.handlers.edit?.(intent)) ?? []).map(({ text }) => text)
  }

  describe('an edit says only what differs', () => {
    for (const { name, from, to, lines } of [
      { name: 'a break at the edge', from: '\nfoo\nbar\nbaz', to: textDocument('foo\nbar\nbaz'), lines: [] },
      { name: 'white space', from: 'foo  bar ', to: textDocument('foo bar\n\n'), lines: [] },
      {
        name: 'formatting',
        from: 'same words',
        to: paragraph({ type: 'text', text: 'same ' }, { type: 'text', text: 'words', marks: { bold: true } }),
        lines: [],
      },
      {
        name: 'how somebody is called here',
        from: 'hi Annie!',
        to: paragraph(
          { type: 'text', text: 'hi ' },
          { type: 'mention', target: '@irc_net/ann:test', text: 'Annie' },
          { type: 'text', text: '!' },
        ),
        lines: [],
      },
      {
        name: 'one word of a line',
        from: 'one\nthe quick fox\nthree',
        to: textDocument('one\nthe slow fox\nthree'),
        lines: ['<Alice> s/quick/slow/'],
      },
      {
        name: 'a word that the line has twice',
        from: 'the cat and the dog sleep',
        to: textDocument('the cat and a dog sleep'),
        lines: ['<Alice> s/and the/and a/'],
      },
      {
        name: 'words behind one that the line has twice',
        from: 'no one there knows, no',
        to: textDocument('no one there knows, no one'),
        lines: ['<Alice> s/knows, no/knows, no one/'],
      },
      { name: 'what nobody sees', from: 'foo bar', to: textDocument('f\u200boo \u2060bar\u200e'), lines: [] },
      {
        name: 'one line of several',
        from: 'foo\nbar\nbaz',
        to: textDocument('foo\nsomething else\nbaz'),
        lines: ['<Alice> * something else'],
      },
      { name: 'a further line', from: 'foo\nbar', to: textDocument('foo\nbar\nbaz'), lines: ['<Alice> * baz'] },
      {
        name: 'a line that is gone',
        from: 'foo\nbar\nbaz',
        to: textDocument('foo\nbaz'),
        lines: ['<Alice> * (took out: bar)'],
      },
      {
        name: 'everything',
        from: 'foo',
        to: textDocument('something\nelse'),
        lines: ['<Alice> * something', '<Alice> else'],
      },
    ]) {
      it(`${name}: ${lines.length === 0 ? 'nothing' : lines.join(' / ')}`, async () => {
        assert.deepEqual(await edited(from, to), lines)
      })
    }

    it('says a caption that has changed, and a medium that is another one', async () => {
      const media = { kind: 'image', fileName: 'a.jpg', source: { mxc: 'mxc://test/one' } } as const
      const link = 'a.jpg (image): https://media.test/test/one'
      assert.deepEqual(await edited('this is a cat', { ...textDocument('this is a dog'), media }), [
        '<Alice> s/cat/dog/',
      ])
      assert.deepEqual(await edited('a cat', { ...textDocument('a cat'), media }), [
        `<Alice> * ${link}`,
        '<Alice> a cat',
      ])
      assert.deepEqual(await edited('a.jpg', { kind: 'text', blocks: [], media }), [`<Alice> * ${link}`])
    })
  })

  it('an answer names whom it is for, unless it begins with their nick', async () => {
    const target = targetMessage({ ...ann, text: 'old' })
    const bold: Inline = { type: 'text', text: 'Ann', marks: { bold: true } }
    for (const [document, expected] of [
      [textDocument('ann: yes'), 'ann: yes'],
      [textDocument('Ann'), 'Ann'],
      [paragraph(bold, { type: 'text', text: ', yes' }), '\x02Ann\x0f, yes'],
      [textDocument('Annoying'), 'Ann: Annoying'],
      [textDocument('ann_ said so'), 'Ann: ann_ said so'],
    ] as const) {
      const [action] = await adapter.relay.handlers.message({
        ...adapter.intent('', { document }),
        replyTo: target,
      })
      assert.equal(action?.['text'], `<Alice> ${expected}`)
    }
  })

  describe('blank lines say nothing', () => {
    it('of what comes: neither messages, nor actions, nor notices', async () => {
      const nothing = [
        '\x02\x02',
        '\x03',
        ' ',
        '\x0304,12 \x0f',
        '\u200b',
        '\x01ACTION\x01',
        '\x01ACTION \x01',
        '\x01ACTION \x02\x02\x01',
      ]
      for (const text of nothing) {
        person.say('#chan', text)
        person.notice('#chan', text)
      }
      person.say('#chan', 'at last')
      await adapter.host.waitFor((event) => event.kind === 'message')
      assert.deepEqual(adapter.host.messages(chat.chat), ['Ann: at last'])
    })

    it('of what goes', async () => {
      for (const text of [' ', '\u200b', '\n\n', '\u2060'])
        for (const kind of ['text', 'emote', 'notice'] as const)
          assert.deepEqual(await said(textDocument(text, kind)), [], JSON.stringify(text))
      assert.deepEqual(await said(textDocument('a\n \nb\n')), ['<Alice> a', '<Alice> b'])
    })
  })

  describe('a long text ends in a link', () => {
    it('to all of it, at the number that the setting says', async () => {
      const lines = Array.from({ length: 6 }, (_, index) => `line ${index + 1}`)
      assert.equal((await said(textDocument(lines.slice(1).join('\n')))).length, 5)
      assert.deepEqual(adapter.host.uploads, [])
      assert.deepEqual(await said(textDocument(lines.join('\n'))), [
        ...lines.slice(0, 4).map((line) => `<Alice> ${line}`),
        '<Alice> … and 2 more lines: https://media.test/test/upload1',
      ])
      assert.deepEqual(adapter.host.uploads, [{ text: lines.join('\n'), fileName: 'message.txt' }])
    })

    it('to nowhere, where the homeserver takes no file', async () => {
      const upload = adapter.host.upload.bind(adapter.host)
      adapter.host.upload = () => Promise.reject(new BridgeError('the quota is used up'))
      const lines = Array.from({ length: 6 }, (_, index) => `line ${index + 1}`)
      const actions = await said(textDocument(lines.join('\n')))
      adapter.host.upload = upload
      assert.deepEqual(actions, [
        ...lines.slice(0, 4).map((line) => `<Alice> ${line}`),
        '<Alice> … and 2 more lines, only visible on Matrix',
      ])
    })

    it('of one endless line and of an edit, too', async () => {
      const words = 'word '.repeat(1000).trim()
      for (const actions of [await said(textDocument(words)), await edited('no', textDocument(words))]) {
        assert.equal(actions.length, 5)
        assert.match(String(actions.at(-1)), /^<Alice> … and \d+ more lines: https:/)
        assert.equal(adapter.host.uploads.at(-1)?.text, words)
      }
    })
  })
})
