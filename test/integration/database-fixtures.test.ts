import assert from 'node:assert/strict'
import { lineWaiting, networkLineWaiting, newBody, settledLines, waitingLines } from '../src/fixture/conversation.ts'
import { fixtures, readFixture } from '../src/fixture/stored-fixture.ts'
import type { LoopbackChat } from '../src/loopback/loopback-chat.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'
import { loopbacks } from '../src/loopback/start-loopback.ts'

const waiting = Array.from({ length: waitingLines }, (_, index) => lineWaiting(index + 1))

describe('existing databases open and keep working', function () {
  for (const { version, network } of fixtures()) {
    it(`${network}, as ${version} was killed`, async () => {
      const fixture = readFixture(version, network)
      const loopback = loopbacks[network]
      assert.ok(loopback !== undefined)
      const data = { 'pons.db': fixture.database, 'signing.key': fixture.signingKey }
      await using stage = await startLoopbackStage({ networks: [await loopback.start(fixture.side)], data })
      const chats = stage.chats.get(network) ?? []
      assert.ok(chats.length > 0)
      const [first] = chats
      assert.ok(first !== undefined)
      // A network that is new, and knows nothing of before, cannot say what became of the line that was on its way.
      const marked = fixture.side.server === undefined ? waiting.slice(0, 1) : []
      await delivered(stage, first, { marked, isRemoteWaiting: fixture.open.journal > 0 })
      for (const chat of chats) await goesOn(stage, chat)
      for (const chat of chats) await remembers(stage, chat)
      await nothingTwice(stage, first, { marked, isRemoteWaiting: fixture.open.journal > 0 })
    })
  }
})

interface Waiting {
  /** What cannot be known to have been sent: it is said so in the room, and not sent again. */
  readonly marked: readonly string[]
  readonly isRemoteWaiting: boolean
}

/** What waited when the process was killed. */
async function delivered({ person }: LoopbackStage, chat: LoopbackChat, expected: Waiting): Promise<void> {
  const { marked, isRemoteWaiting } = expected
  for (const line of waiting.slice(marked.length)) await chat.seeing(({ text }) => text === line, line)
  if (marked.length > 0)
    await person.see(({ content }) => String(content['body']).includes('Uncertain'), 'that a line is uncertain')
  if (isRemoteWaiting) await person.hear(networkLineWaiting, chat.roomId)
}

async function goesOn({ person }: LoopbackStage, chat: LoopbackChat): Promise<void> {
  await chat.say('said today on the network')
  await person.hear('said today on the network', chat.roomId)
  await person.say(chat.roomId, 'said today in Matrix')
  await chat.seeing(({ text }) => text === 'said today in Matrix', 'what was said today')
}

/** What was said before is still there, and is still known on both sides. */
async function remembers({ person }: LoopbackStage, chat: LoopbackChat): Promise<void> {
  const history = await person.history(chat.roomId)
  for (const line of [...settledLines.network, ...settledLines.matrix])
    assert.equal(history.filter(({ content }) => content['body'] === line).length, 1, line)
  if (chat.reply === undefined) return
  const [line] = settledLines.matrix
  const old = history.find(({ content }) => content['body'] === line)
  const seen = await chat.seeing(({ text }) => text === line, line)
  await chat.reply(seen, 'an answer to an old message')
  const answer = await person.hear('an answer to an old message', chat.roomId)
  assert.equal(relationOf(answer.content)?.['m.in_reply_to']?.event_id, old?.event_id)
  const [remoteLine] = settledLines.network
  const remote = history.find(({ content }) => content['body'] === remoteLine)
  const relation = { 'm.in_reply_to': { event_id: remote?.event_id } }
  await person.send(chat.roomId, { msgtype: 'm.text', body: 'an answer from here', 'm.relates_to': relation })
  const answered = await chat.seeing(({ text }) => text === 'an answer from here', 'the answer from Matrix')
  assert.equal(answered.repliesTo, remoteLine)
  assert.ok(history.some((event) => newBody(event.content) === `${settledLines.network[1]}, mended`))
}

function relationOf(content: Record<string, unknown>): { 'm.in_reply_to'?: { event_id?: string } } | undefined {
  return content['m.relates_to'] as { 'm.in_reply_to'?: { event_id?: string } } | undefined
}

async function nothingTwice(stage: LoopbackStage, chat: LoopbackChat, expected: Waiting): Promise<void> {
  const { marked, isRemoteWaiting } = expected
  await stage.settled()
  const seen = chat.seen().map(({ text }) => text)
  for (const line of waiting)
    assert.equal(seen.filter((text) => text === line).length, marked.includes(line) ? 0 : 1, line)
  const history = await stage.person.history(chat.roomId)
  const heard = history.filter(({ content }) => content['body'] === networkLineWaiting)
  assert.equal(heard.length, isRemoteWaiting ? 1 : 0)
}
