import assert from 'node:assert/strict'
import type { LoopbackChat } from '../src/loopback/loopback-chat.ts'
import { startIrcLoopback } from '../src/loopback/irc-loopback.ts'
import type { LoopbackNetwork } from '../src/loopback/loopback-network.ts'
import type { PonsProcess } from '../src/pons-process/pons-process.ts'
import { ManagementRoom } from '../src/matrix/management-room.ts'
import type { MatrixPerson } from '../src/matrix/matrix-person.ts'
import { findSynapse } from '../src/synapse/synapse.ts'
import { startSynapseStage, type SynapseStage } from '../src/synapse/synapse-stage.ts'

const alias = '#irc_test_#pons:other.test'

describe('a bridge on Synapse as it comes', function () {
  const python = findSynapse()
  if (python === undefined) {
    it('needs Synapse: node scripts/provision.ts synapse')
    return
  }

  let network: LoopbackNetwork
  let stage: SynapseStage
  let person: MatrixPerson
  let bridge: PonsProcess
  let chat: LoopbackChat
  let half: LoopbackChat
  let refusal: number
  before(async () => {
    network = await startIrcLoopback({ more: ['#half'] })
    stage = await startSynapseStage(python, network)
    refusal = await refusedRoom(stage, 'irc_test_#half')
    bridge = await stage.startBridge()
    person = await stage.person('ada')
    // Whose alias leads somewhere, the homeserver does not ask for: a person asks the bot, or somebody over there speaks.
    const room = await ManagementRoom.open(person, 'ircbot')
    await room.ask('join test #half', 'You are in')
    const chats = await network.enter([person])
    chat = chats[0]!
    half = chats[1]!
  })
  after(async () => {
    await stage?.[Symbol.asyncDispose]()
    await network?.[Symbol.asyncDispose]()
  })

  const state = (type: string) =>
    person.request('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(chat.roomId)}/state/${type}`)

  it('makes portals of the version that is its default, found by their aliases', async () => {
    assert.equal((await state('m.room.create'))['room_version'], '12')
    assert.equal(await person.join(alias), chat.roomId)
    assert.deepEqual(await state('m.room.join_rules'), { join_rule: 'public' })
  })

  it('carries what is said both ways, and what is changed afterwards', async () => {
    const eventId = await person.say(chat.roomId, 'hello from Synapse')
    await chat.seeing(({ text }) => text === 'hello from Synapse', 'what was said on Synapse')
    await chat.say('hello from IRC')
    const heard = await person.hear('hello from IRC', chat.roomId)
    assert.equal(heard.sender, '@irc_test_talker:other.test')
    await person.send(chat.roomId, {
      msgtype: 'm.text',
      body: '* hallo from Synapse',
      'm.new_content': { msgtype: 'm.text', body: 'hallo from Synapse' },
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    })
    await chat.seeing(({ text }) => text === 's/hello/hallo/', 'the edit')
  })

  it('gives people on IRC links to media that open without an account, which Synapse’s own do not', async () => {
    const bytes = new TextEncoder().encode('not really a picture')
    const uri = await person.upload(bytes, 'image/png')
    const unauthenticated = `${stage.synapse.url}/_matrix/media/v3/download/${uri.slice('mxc://'.length)}`
    assert.equal((await fetch(unauthenticated)).status, 404)
    await person.send(chat.roomId, {
      msgtype: 'm.image',
      body: 'picture.png',
      url: uri,
      info: { mimetype: 'image/png' },
    })
    const { text } = await chat.seeing((message) => message.text.includes('picture.png'), 'the picture')
    const link = /http:\S+/.exec(text)?.[0] ?? ''
    const answer = await fetch(link)
    assert.equal(answer.status, 200, link)
    assert.equal(answer.headers.get('content-type'), 'image/png')
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes)
    const head = await fetch(link, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(bytes.length)])
    assert.equal((await fetch(link.replace('picture.png', 'other.png'))).status, 404)
  })

  it('stops in the midst of it without a complaint, and goes on where it was', async () => {
    const both = async (words: string): Promise<void> => {
      await person.say(chat.roomId, `${words}, on Synapse`)
      await chat.say(`${words}, on IRC`)
    }
    const said = Array.from({ length: 30 }, (_, index) => `line ${index}`)
    for (const words of said.slice(0, 20)) await both(words)
    assert.equal(await bridge.stop(), 0)
    assert.deepEqual(stage.complaints(), [])
    for (const words of said.slice(20)) await both(words)
    bridge = await stage.startBridge()
    await both('the last')
    await chat.seeing(({ text }) => text === 'the last, on Synapse', 'the last line')
    await person.hear('the last, on IRC', chat.roomId)
    assert.equal(await person.join(alias), chat.roomId)
    const inRoom = (await person.history(chat.roomId)).map(({ content }) => String(content['body']))
    const onIrc = chat.seen().map(({ text }) => text)
    const isOf = (side: string) => (line: string) => /^(line \d|the last)/.test(line) && line.endsWith(side)
    const expected = (side: string): string[] => [...said, 'the last'].map((words) => `${words}, on ${side}`)
    assert.deepEqual(inRoom.filter(isOf('IRC')), expected('IRC'))
    assert.deepEqual(onIrc.filter(isOf('Synapse')), expected('Synapse'))
  })

  it('has finished the room that a refused making had left its alias to', async () => {
    assert.equal(refusal, 400)
    await half.say('the first words there')
    await person.hear('the first words there', half.roomId)
    await person.say(half.roomId, 'and an answer')
    await half.seeing(({ text }) => text === 'and an answer', 'the answer')
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(half.roomId)}/state/m.room.power_levels`
    const levels = await person.request('GET', path)
    assert.equal((levels['events'] as Record<string, number>)['m.room.tombstone'], 100)
  })

  it('hears what Synapse had taken and not pushed when it was killed', async () => {
    const lines = Array.from({ length: 40 }, (_, index) => `before the end ${index}`)
    for (const line of lines) await person.say(chat.roomId, line)
    await stage.synapse.kill()
    await stage.synapse.start()
    await chat.seeing(({ text }) => text === lines.at(-1), 'the last line before the end')
    const heard = chat.seen().map(({ text }) => text)
    assert.deepEqual(
      heard.filter((text) => text.startsWith('before the end')),
      lines,
    )
  })
})

/** As versions before this one asked for a room. Resolves with the status of the answer. */
async function refusedRoom({ synapse, registration }: SynapseStage, localpart: string): Promise<number> {
  const answer = await fetch(`${synapse.url}/_matrix/client/v3/createRoom`, {
    method: 'POST',
    headers: { authorization: `Bearer ${registration.as_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      room_alias_name: localpart,
      power_level_content_override: { users: { '@ircbot:other.test': 100 } },
    }),
  })
  return answer.status
}
