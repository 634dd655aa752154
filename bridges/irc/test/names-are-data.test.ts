import assert from 'node:assert/strict'
import type { MessageIntent } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { setScene, type Scene } from './scene.ts'
import { targetMessage } from './target-message.ts'

const family = '👨‍👩‍👧‍👦'

describe('a name of somebody in Matrix is data on IRC', () => {
  let scene: Scene
  let person: Scene['person']
  let adapter: Scene['adapter']

  before(async () => {
    scene = await setScene()
    ;({ person, adapter } = scene)
  })

  after(async () => await scene[Symbol.asyncDispose]())

  async function said(displayName: string, text = 'hello', extra: Partial<MessageIntent> = {}): Promise<string[]> {
    const from = person.transcript.length
    const intent = adapter.intent(text)
    const sender = { ...intent.sender, displayName }
    for (const action of await adapter.relay.handlers.message({ ...intent, sender, ...extra }))
      await adapter.transmit(adapter.relay, action)
    await person.settled()
    return person.transcript
      .slice(from)
      .flatMap(({ command, params }) => (command === 'PRIVMSG' ? [params[1] ?? ''] : []))
  }

  for (const [name, expected] of [
    ['{text}', '<{text}> hello'],
    ['{name}', '<{name}> hello'],
    ['$& $1', '<$& $1> hello'],
    ['x> fake', '<x› fake> hello'],
    ['a\r\nQUIT :b', '<aQUIT :b> hello'],
    ['\x02bold\x0304red\x0f', '<bold04red> hello'],
    ['\u202eevil\u2066', '<evil> hello'],
    ['\u200b\u2060', '<somebody> hello'],
    ['\u3164\u2800', '<somebody> hello'],
    ['👨‍👩‍👧‍👦 می\u200cخواهم 🏴󠁧󠁢󠁳󠁣󠁴󠁿', '<👨‍👩‍👧‍👦 می\u200cخواهم 🏴󠁧󠁢󠁳󠁣󠁴󠁿> hello'],
    ['**x** <b>y</b>', '<**x** ‹b›y‹/b›> hello'],
  ] as const) {
    it(`as ${JSON.stringify(name)}`, async () => {
      assert.deepEqual(await said(name), [expected])
    })
  }

  it('is cut between what people see as characters', async () => {
    const [line = ''] = await said(`${'a'.repeat(59)}e\u0301e\u0301`)
    assert.equal(line, `<${'a'.repeat(59)}e\u0301> hello`)
    const [reply = ''] = await said('Al', 'yes', {
      replyTo: targetMessage({
        author: { matrix: '@x:test' as UserId },
        authorName: 'x',
        text: `${'a'.repeat(59)}${family}${family}`,
        timestampMs: 0,
      }),
    })
    assert.equal(reply, `<Al> x, “${'a'.repeat(59)}${family}…”: yes`)
  })

  it('leaves room for what is said, however many parts its characters have', async () => {
    assert.deepEqual(await said(family.repeat(40)), [`<${family.repeat(6)}> hello`])
    const [line = ''] = await said(`a${'\u0301'.repeat(300)}`)
    assert.equal(line, `<a${'\u0301'.repeat(79)}> hello`)
    assert.equal((await said(family.repeat(40), 'word '.repeat(100).trim())).length, 2)
  })

  it('in a long text, whose every line begins with the whole of it', async () => {
    const lines = await said('é'.repeat(80), '👩‍🚀'.repeat(100))
    assert.ok(lines.length > 1)
    assert.ok(lines.every((line) => line.startsWith(`<${'é'.repeat(60)}> 👩‍🚀`) && !line.includes('\ufffd')))
    assert.equal(lines.map((line) => line.slice(63)).join(''), '👩‍🚀'.repeat(100))
  })
})
