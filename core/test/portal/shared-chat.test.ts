import assert from 'node:assert/strict'
import { loginId, remoteMessageId, remoteUserId, type RemoteEvent } from '@pons/core'
import { ManagementRoom, simChat, textDocument, type MatrixPerson, type SimMessage } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const chat = simChat('garden')
const timestampMs = 1_700_000_000_000

interface Two {
  readonly alice: MatrixPerson
  readonly bob: MatrixPerson
  readonly roomId: string
}

/** Two people of this server, each logged in, in one chat. */
async function twoLogins(stage: Stage): Promise<Two> {
  const alice = await stage.person('alice')
  const bob = await stage.person('bob')
  for (const [person, name] of [
    [alice, 'ally'],
    [bob, 'bobby'],
  ] as const) {
    const room = await ManagementRoom.open(person, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask(name, 'Password?')
    await room.ask('secret', `Logged in as ${name}`)
  }
  await stage.network.say('garden', 'bert', 'first')
  await stage.settled()
  const roomId = await alice.join('#sim_garden:test.local')
  await bob.join('#sim_garden:test.local')
  return { alice, bob, roomId }
}

/** What somebody did, as that login hears it. */
function heard<E extends object>(sender: string, login: string, event: E) {
  const by = { id: remoteUserId(sender), name: sender }
  return { chat, timestampMs, login: loginId(login), sender: by, ...event }
}

function echo({ id, text }: SimMessage, sender: string, login: string): RemoteEvent {
  return heard(sender, login, { kind: 'message', id: remoteMessageId(id), document: textDocument(text) } as const)
}

async function makeModerator({ homeserver, asToken }: Stage, roomId: string, { userId }: MatrixPerson): Promise<void> {
  const url = `${homeserver.urls[0]}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels/`
  const headers = { authorization: `Bearer ${asToken}` }
  const levels = (await (await fetch(url, { headers })).json()) as { users: Record<string, number> }
  const body = JSON.stringify({ ...levels, users: { ...levels.users, [userId]: 90 } })
  assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200)
}

async function bodies(person: MatrixPerson, roomId: string): Promise<string[]> {
  const events = await person.history(roomId)
  return events.filter(({ type }) => type === 'm.room.message').map(({ content }) => String(content['body']))
}

async function untilLast(stage: Stage, person: MatrixPerson): Promise<void> {
  await stage.network.say('garden', 'bert', 'the end')
  await person.hear('the end')
  await stage.settled()
}

for (const hasPuppets of [true, false]) {
  const words = hasPuppets ? 'with double puppets' : 'without double puppets'
  onEveryEngine(`own words are known whoever hears them, ${words}`, (open) => {
    for (const moment of ['before', 'after'] as const) {
      for (const hearer of ['bobby', 'ally']) {
        it(`when ${hearer}’s login hears what ally sent, ${moment} the send was answered`, async () => {
          await using stage = await open({ hasPuppets })
          const { alice, bob, roomId } = await twoLogins(stage)
          const tell = async (message: SimMessage) => await stage.network.ingest(echo(message, 'ally', hearer))
          if (moment === 'before') stage.network.beforeAnswer = tell
          const lines = Array.from({ length: 20 }, (_, number) => `line ${number}`)
          for (const line of lines) {
            await alice.say(roomId, line)
            const sent = await stage.network.arrival(({ text }) => text === line)
            if (moment === 'after') {
              await stage.settled()
              await tell(sent)
            }
          }
          await untilLast(stage, bob)
          assert.deepEqual(
            (await bodies(bob, roomId)).filter((body) => body.startsWith('line ')),
            lines,
          )
        })
      }
    }

    it('when what the relay sent comes back through a login', async () => {
      await using stage = await open({ hasPuppets })
      const { bob, roomId } = await twoLogins(stage)
      const carol = await stage.person('carol')
      await carol.join('#sim_garden:test.local')
      stage.network.beforeAnswer = async (message) => await stage.network.ingest(echo(message, 'relay', 'bobby'))
      for (let number = 0; number < 5; number++) await carol.say(roomId, `by relay ${number}`)
      await stage.network.arrival(({ text }) => text === 'by relay 4')
      await untilLast(stage, bob)
      assert.equal((await bodies(bob, roomId)).filter((body) => body.startsWith('by relay')).length, 5)
    })

    it('when the login that sent it is gone by then', async () => {
      await using stage = await open({ hasPuppets })
      const { alice, bob, roomId } = await twoLogins(stage)
      const lines = ['one', 'two', 'three']
      for (const line of lines) await alice.say(roomId, line)
      const sent = await Promise.all(lines.map((line) => stage.network.arrival(({ text }) => text === line)))
      await stage.settled()
      const room = await ManagementRoom.open(alice, 'simbot')
      await room.ask('logout', 'Logged out')
      await stage.network.ingest([
        echo({ ...sent[0]!, id: 'other words', text: 'other words' }, 'bert', 'bobby'),
        ...sent.map((message) => echo(message, 'ally', 'bobby')),
      ])
      await untilLast(stage, bob)
      const all = await bodies(bob, roomId)
      assert.deepEqual(
        all.filter((body) => [...lines, 'other words'].includes(body)),
        [...lines, 'other words'],
      )
    })

    it('when the network does not say who of its people spoke', async () => {
      await using stage = await open({ hasPuppets })
      const { alice, bob, roomId } = await twoLogins(stage)
      stage.network.beforeAnswer = async (message) =>
        await stage.network.ingest({ ...echo(message, 'the garden itself', 'bobby'), mayBeOurs: true })
      for (let number = 0; number < 5; number++) await alice.say(roomId, `post ${number}`)
      await stage.network.arrival(({ text }) => text === 'post 4')
      await untilLast(stage, bob)
      assert.equal((await bodies(bob, roomId)).filter((body) => body.startsWith('post')).length, 5)
    })

    it('after a crash between the send and its record', async () => {
      await using stage = await open({ hasPuppets, hasHistory: true })
      const { alice, bob, roomId } = await twoLogins(stage)
      stage.network.fail('lose-answer')
      stage.network.failLookUps(1)
      await alice.say(roomId, 'cut off')
      const sent = await stage.network.arrival(({ text }) => text === 'cut off')
      while (!stage.clock.waiting.includes(1000)) await new Promise(setImmediate)
      await stage.restartBridge()
      await stage.network.ingest(echo(sent, 'ally', 'bobby'))
      let isOver = false
      const end = untilLast(stage, bob).finally(() => (isOver = true))
      while (!isOver) {
        stage.clock.fire()
        await new Promise(setImmediate)
      }
      await end
      assert.deepEqual(
        (await bodies(bob, roomId)).filter((body) => body === 'cut off'),
        ['cut off'],
      )
    })

    it('and what a person says on their own phone appears once, whoever hears it first, and is never taken for an echo', async () => {
      await using stage = await open({ hasPuppets })
      const { alice, bob, roomId } = await twoLogins(stage)
      await alice.say(roomId, 'the same words')
      const sent = await stage.network.arrival(({ text }) => text === 'the same words')
      await stage.settled()
      await stage.network.ingest(echo(sent, 'ally', 'bobby'))
      const spoken = { ...sent, id: 'from the phone' }
      for (const login of ['bobby', 'ally']) await stage.network.ingest(echo(spoken, 'ally', login))
      await untilLast(stage, bob)
      const events = (await bob.history(roomId)).filter(({ content }) => content['body'] === 'the same words')
      const speaker = hasPuppets ? alice.userId : '@sim_ally:test.local'
      assert.deepEqual(
        events.map(({ sender }) => sender),
        [alice.userId, speaker],
      )
    })

    it('when edits, reactions and deletions come back', async () => {
      await using stage = await open({ hasPuppets })
      const { alice, bob, roomId } = await twoLogins(stage)
      const eventId = await alice.say(roomId, 'to be changed')
      const sent = await stage.network.arrival(({ text }) => text === 'to be changed')
      await stage.settled()
      const target = remoteMessageId(sent.id)
      await alice.send(roomId, {
        msgtype: 'm.text',
        body: '* changed',
        'm.new_content': { msgtype: 'm.text', body: 'changed' },
        'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
      })
      await stage.network.arrival(({ text }) => text.startsWith('* changed'))
      const common = (id: string) => ({ id: remoteMessageId(id), target })
      await stage.network.ingest(
        heard('ally', 'bobby', { kind: 'edit', ...common('e1'), document: textDocument('changed') } as const),
      )
      await alice.send(
        roomId,
        { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key: '👍' } },
        'm.reaction',
      )
      await stage.network.arrival(({ text }) => text.startsWith('👍'))
      await stage.network.ingest(heard('ally', 'bobby', { kind: 'reaction', ...common('r1'), key: '👍' } as const))
      const reactions = [{ sender: { id: remoteUserId('ally') }, keys: ['👍'] }]
      const whole = { kind: 'reaction-sync', ...common('r2'), reactions, isComplete: true } as const
      await stage.network.ingest({ chat, timestampMs, login: loginId('bobby'), ...whole })
      await alice.redact(roomId, eventId)
      await stage.network.arrival(({ text }) => text.startsWith('deleted'))
      await stage.network.ingest(heard('ally', 'bobby', { kind: 'redaction', ...common('d1') } as const))
      await untilLast(stage, bob)
      const events = await bob.history(roomId)
      const count = (type: string) => events.filter((event) => event.type === type).length
      const edits = events.filter(({ content }) => content['m.new_content'] !== undefined)
      assert.deepEqual([edits.length, count('m.reaction'), count('m.room.redaction')], [1, 1, 1])
    })

    it('is not waited for by a picture while something else is being sent', async () => {
      await using stage = await open({ hasPuppets })
      const { alice, bob, roomId } = await twoLogins(stage)
      const answer = Promise.withResolvers<void>()
      stage.network.beforeAnswer = () => answer.promise
      await alice.say(roomId, 'on its way')
      await stage.network.arrival(({ text }) => text === 'on its way')
      const avatar = { id: 'a picture of bert’s', source: { words: 'a picture' } }
      const base = { chat, timestampMs, login: loginId('bobby'), kind: 'snapshot' } as const
      await stage.network.ingest({ ...base, id: remoteMessageId('p1'), snapshot: { kind: 'group', avatar } })
      await bob.see(({ type }) => type === 'm.room.avatar', 'the picture')
      answer.resolve()
      await stage.settled()
    })

    it('when a picture comes back, before and after the network has answered', async () => {
      await using stage = await open({ hasPuppets })
      const { alice, bob, roomId } = await twoLogins(stage)
      await makeModerator(stage, roomId, alice)
      let asked = 0
      const shows = async (avatarId: string): Promise<void> => {
        const avatar = { id: avatarId, source: { words: avatarId } }
        const base = { chat, timestampMs, login: loginId('bobby'), kind: 'snapshot' } as const
        const snapshot = { kind: 'group', avatar } as const
        await stage.network.ingest({ ...base, id: remoteMessageId(`s${++asked}`), snapshot })
      }
      const pictures = async (): Promise<unknown[]> => {
        await untilLast(stage, bob)
        const events = await bob.history(roomId)
        return events.filter(({ type }) => type === 'm.room.avatar').map(({ sender }) => sender)
      }
      stage.network.beforeAnswer = ({ id }) => shows(`picture ${id}`)
      await alice.setState(roomId, 'm.room.avatar', { url: 'mxc://test.local/first' })
      const { id } = await stage.network.arrival(({ text }) => text === 'avatar: mxc://test.local/first')
      await stage.settled()
      await shows(`picture ${id}`)
      assert.deepEqual(await pictures(), ['@alice:test.local'])
      await shows('what bert has chosen')
      assert.deepEqual(await pictures(), ['@alice:test.local', '@simbot:test.local'])
    })

    it('when topic, name and membership come back', async () => {
      await using stage = await open({ hasPuppets })
      const { alice, bob, roomId } = await twoLogins(stage)
      await makeModerator(stage, roomId, alice)
      await alice.setState(roomId, 'm.room.topic', { topic: 'our topic' })
      await stage.network.arrival(({ text }) => text.startsWith('topic'))
      await stage.network.ingest(
        heard('ally', 'bobby', {
          kind: 'chat-info',
          id: remoteMessageId('t1'),
          changes: { topic: 'our topic' },
        } as const),
      )
      await alice.setState(roomId, 'm.room.name', { name: 'our name' })
      const renamed = { kind: 'chat-info', id: remoteMessageId('t2'), changes: { name: 'our name' } } as const
      await stage.network.ingest({ chat, timestampMs, login: loginId('bobby'), ...renamed })
      const bert = { id: remoteUserId('bert'), name: 'bert' }
      await alice.request('POST', `/_matrix/client/v3/rooms/${roomId}/ban`, { user_id: '@sim_bert:test.local' })
      const by = { id: remoteUserId('ally') }
      const base = { chat, timestampMs, login: loginId('bobby'), kind: 'membership', user: bert, by } as const
      await stage.network.ingest({ ...base, change: 'ban', id: remoteMessageId('b1') })
      await stage.settled()
      await alice.request('POST', `/_matrix/client/v3/rooms/${roomId}/unban`, { user_id: '@sim_bert:test.local' })
      await stage.network.ingest({ ...base, change: 'unban', id: remoteMessageId('b2') })
      await stage.settled()
      await alice.request('POST', `/_matrix/client/v3/rooms/${roomId}/invite`, { user_id: '@sim_bert:test.local' })
      await stage.network.ingest({ ...base, change: 'invite', id: remoteMessageId('b3') })
      await stage.settled()
      await untilLast(stage, bob)
      const events = await bob.history(roomId)
      const count = (type: string) => events.filter((event) => event.type === type).length
      // One each is of the room's making.
      assert.deepEqual([count('m.room.topic'), count('m.room.name')], [1, 2])
      const changes = events.filter(
        ({ type, state_key: key }) => type === 'm.room.member' && key === '@sim_bert:test.local',
      )
      const after = changes.findIndex(({ content }) => content['membership'] === 'join') + 1
      assert.deepEqual(
        changes.slice(after).map(({ content }) => content['membership']),
        ['ban', 'leave', 'invite', 'join'],
      )
    })
  })
}

onEveryEngine('a rank of one’s own on the network', (open) => {
  it('gives and takes its level, and takes none that somebody in Matrix gave', async () => {
    await using stage = await open()
    const { alice, bob, roomId } = await twoLogins(stage)
    let count = 0
    const rank = async (name: string, powerLevel: number): Promise<void> => {
      const id = remoteMessageId(`rank ${++count}`)
      const levels = [{ user: remoteUserId(name), powerLevel }]
      await stage.network.ingest({ kind: 'chat-info', chat, id, timestampMs, changes: {}, levels })
      await stage.settled()
    }
    const levels = async (): Promise<Record<string, number>> => {
      const path = `/_matrix/client/v3/rooms/${roomId}/state/m.room.power_levels`
      const { users } = (await stage.asBot('GET', path)) as { users: Record<string, number> }
      return { alice: users[alice.userId] ?? 0, bob: users[bob.userId] ?? 0 }
    }
    await rank('ally', 50)
    assert.deepEqual(await levels(), { alice: 50, bob: 0 })
    await rank('ally', 1)
    await rank('bobby', 50)
    assert.deepEqual(await levels(), { alice: 1, bob: 50 })
    await makeModerator(stage, roomId, bob)
    await rank('ally', 0)
    await rank('bobby', 0)
    assert.deepEqual(await levels(), { alice: 0, bob: 90 })
    await rank('bobby', 95)
    assert.deepEqual(await levels(), { alice: 0, bob: 95 })
    await rank('bobby', 0)
    assert.deepEqual(await levels(), { alice: 0, bob: 90 })
  })
})

onEveryEngine('a chat that goes on under another name', (open) => {
  it('keeps its room, there and back again', async () => {
    await using stage = await open()
    const { alice, roomId } = await twoLogins(stage)
    const names = ['meadow', 'garden', 'meadow']
    let former = chat
    for (const [number, name] of names.entries()) {
      const present = simChat(name)
      await stage.network.ingest({
        kind: 'chat-info',
        chat: present,
        formerChat: former,
        id: remoteMessageId(`renamed ${number}`),
        timestampMs,
        changes: { name },
      })
      await stage.network.say(name, 'bert', `now ${name} ${number}`)
      await alice.hear(`now ${name} ${number}`, roomId)
      await alice.say(roomId, `to ${name} ${number}`)
      const sent = await stage.network.arrival(({ text }) => text === `to ${name} ${number}`)
      assert.equal(sent.chat, name)
      former = present
    }
  })

  it('takes its room along, and leaves its former name to whoever is called so next', async () => {
    await using stage = await open()
    const { alice, roomId } = await twoLogins(stage)
    await stage.network.ingest({
      kind: 'chat-info',
      chat: simChat('meadow'),
      formerChat: chat,
      id: remoteMessageId('renamed'),
      timestampMs,
      changes: { name: 'meadow' },
    })
    await stage.network.say('meadow', 'bert', 'we are the meadow now')
    await alice.hear('we are the meadow now', roomId)
    await stage.network.say('garden', 'carl', 'we are another garden')
    await stage.settled()
    const garden = await alice.join('#sim_garden:test.local')
    assert.notEqual(garden, roomId)
    assert.equal(await alice.join('#sim_meadow:test.local'), roomId)
    assert.ok((await bodies(alice, garden)).includes('we are another garden'))
    assert.ok(!(await bodies(alice, roomId)).includes('we are another garden'))
    await alice.say(garden, 'for the garden')
    assert.equal((await stage.network.arrival(({ text }) => text === 'for the garden')).chat, 'garden')
    await alice.say(roomId, 'for the meadow')
    assert.equal((await stage.network.arrival(({ text }) => text === 'for the meadow')).chat, 'meadow')
  })
})
