import assert from 'node:assert/strict'
import { ManagementRoom } from '../src/matrix/management-room.ts'
import type { SeenEvent } from '../src/matrix/matrix-person.ts'
import { startLoopbackStage } from '../src/loopback/loopback-stage.ts'
import {
  startTelegramServer,
  type Channel,
  type Group,
  type Person,
  type TelegramServer,
} from '../src/telegram/index.ts'

const phone = '15550000001'
const password = 'a second password'

interface Cast {
  readonly server: TelegramServer
  readonly account: Person
  readonly friend: Person
  readonly group: Group
}

async function startStage() {
  const server = await startTelegramServer()
  const account = server.addPerson({ firstName: 'Owner', phone, password })
  const friend = server.addPerson({ firstName: 'Friend', username: 'friend' })
  const group = server.addGroup('The group', [friend, account])
  const stage = await startLoopbackStage({
    networks: [
      {
        id: 'telegram',
        botLocalpart: 'telegrambot',
        settings: {
          api_id: 12_345,
          api_hash: '0123456789abcdef0123456789abcdef',
          server: { host: server.host, port: server.port, key: { ...server.publicKey } },
        },
        withoutSteps: {},
        newChat: () => Promise.reject(new Error('nobody asks for one')),
        keepsHistory: true,
        speakers: 1,
        pauseMs: 25,
        async enter([owner]) {
          if (owner === undefined) return []
          const room = await ManagementRoom.open(owner, 'telegrambot')
          await room.ask('login phone', 'Phone number?')
          await room.ask(`+${phone}`, 'Code?')
          await room.ask(server.lastCode(phone) ?? '', 'Password?')
          await room.ask(password, 'Logged in as Owner')
          return []
        },
        faults: {
          outstanding: () => 0,
          disconnect: () => Promise.resolve(server.dropConnections()),
          malformed: () => undefined,
        },
        violations: () => server.violations,
        save: () => ({ server: undefined, roomIds: [] }),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      },
    ],
  })
  return { stage, server, account, friend, group }
}

describe('a Telegram group that goes on as a supergroup: the id of a message belongs to its box', function () {
  for (const isAway of [false, true]) {
    it(`nothing is lost, and nothing old is hit${isAway ? ', also where the bridge was away' : ''}`, async () => {
      const { stage, ...cast } = await startStage()
      await using _ended = stage
      const { server, account, friend, group } = cast
      const { person } = stage
      const old: Moved['old'][number][] = []
      for (let number = 0; number < 12; number++) {
        const post = server.world.post({ author: friend, chat: group, text: `old ${number}` })
        old.push({ post, event: await person.hear(`old ${number}`) })
      }
      const roomId = old[0]?.event.room_id ?? ''
      const mine = await person.say(roomId, 'my own old one')
      const said = await server.until(
        () => [...account.box.posts.values()].find(({ text }) => text === 'my own old one'),
        'what was said in Matrix',
      )
      await stage.settled()
      server.faults.arePushesLost = isAway
      const channel = server.migrate(group)
      const fresh = []
      for (let number = 0; number < 24; number++)
        fresh.push(server.world.post({ author: friend, chat: channel, text: `new ${number}` }))
      server.faults.arePushesLost = false
      if (isAway) server.dropConnections()
      await person.hear('new 23', roomId)
      const heard = (await person.history(roomId)).filter(({ content }) => String(content['body']).startsWith('new '))
      assert.deepEqual(
        heard.map(({ content }) => content['body']),
        fresh.map(({ text }) => text),
      )
      await changesHitTheNewOnly({ ...cast, channel, fresh, old })
      await repliesAndReactions({ ...cast, channel, fresh, old })
      assert.deepEqual(server.violations, [])

      async function changesHitTheNewOnly({ fresh: posts }: Moved): Promise<void> {
        const [first, second] = posts
        assert.ok(first && second)
        server.world.edit(first, { text: 'new 0, mended' })
        const edit = await person.see(({ content }) => content['body'] === '* new 0, mended')
        const relation = edit.content['m.relates_to'] as { event_id?: string }
        assert.equal(relation.event_id, heard[0]?.event_id)
        server.world.remove([second])
        await person.see(({ type, redacts }) => type === 'm.room.redaction' && redacts === heard[1]?.event_id)
        // Of an old one: in the box where it counts, and nowhere else.
        await person.redact(roomId, mine)
        await server.until(() => (said.isDeleted ? true : undefined), 'the deletion of the old message')
        assert.ok(posts.slice(2).every(({ isDeleted }) => !isDeleted))
        const other = old[10]
        assert.ok(other)
        server.world.remove([other.post])
        await person.see(({ type, redacts }) => type === 'm.room.redaction' && redacts === other.event.event_id)
      }

      async function repliesAndReactions({ fresh: posts }: Moved): Promise<void> {
        const [asked, before] = [posts[5], old[5]]
        assert.ok(asked && before)
        server.world.post({ author: friend, chat: channel, text: 'about new 5', replyTo: asked })
        assert.equal(repliesTo(await person.hear('about new 5')), heard[5]?.event_id)
        server.world.post({ author: friend, chat: channel, text: 'about old 5', replyTo: before.post })
        assert.equal(repliesTo(await person.hear('about old 5')), before.event.event_id)
        const target = heard[6]?.event_id ?? ''
        const relation = { rel_type: 'm.annotation', event_id: target, key: '👍' }
        await person.send(roomId, { 'm.relates_to': relation }, 'm.reaction')
        await server.until(() => posts[6]?.reactions.get(account.id), 'the reaction to a new message')
        assert.equal(old.filter(({ post }) => post.reactions.size > 0).length, 0)
        const answer = { 'm.in_reply_to': { event_id: before.event.event_id } }
        await person.send(roomId, { msgtype: 'm.text', body: 'an answer to old 5', 'm.relates_to': answer })
        const answered = await server.until(
          () => [...channel.box.posts.values()].find(({ text }) => text === 'an answer to old 5'),
          'the answer',
        )
        assert.equal(answered.replyTo, undefined, 'no message of the new box is answered in its place')
        await person.read(roomId, target)
        await server.until(() => (account.read.get(channel.id)?.inbox ? true : undefined), 'the receipt')
      }
    })
  }

  for (const later of ['a push', 'a new login'] as const) {
    it(`the room moves where the supergroup’s first push comes before word of the move, which comes with ${later}`, async () => {
      const { stage, server, account, friend, group } = await startStage()
      await using _ended = stage
      const { person } = stage
      server.world.post({ author: friend, chat: group, text: 'in the old group' })
      const { room_id: roomId } = await person.hear('in the old group')
      await stage.settled()
      server.faults.arePushesLost = true
      const channel = server.migrate(group)
      for (const number of [0, 1]) server.world.post({ author: friend, chat: channel, text: `new ${number}` })
      if (later === 'a new login') {
        const room = await ManagementRoom.open(person, 'telegrambot')
        await room.ask('logout', 'Logged out')
        server.world.post({ author: friend, chat: account, text: 'from before the login' })
        server.faults.arePushesLost = false
        await room.ask('login phone', 'Phone number?')
        await room.ask(`+${phone}`, 'Code?')
        await room.ask(server.lastCode(phone) ?? '', 'Password?')
        await room.ask(password, 'Logged in as Owner')
        // By then its chats are listed.
        await person.hear('from before the login')
      }
      server.faults.arePushesLost = false
      server.world.post({ author: friend, chat: channel, text: 'new 2' })
      assert.equal((await person.hear('new 2')).room_id, roomId)
      // Ahead of its turn in the account's own box: what is missing there is asked for, the move among it.
      server.world.post({ author: friend, chat: account, text: 'in private' })
      await person.hear('in private')
      server.world.post({ author: friend, chat: channel, text: 'new 3' })
      assert.equal((await person.hear('new 3')).room_id, roomId)
      await stage.settled()
      const heard = (await person.history(roomId)).map(({ content }) => String(content['body']))
      const fresh = heard.filter((body) => body.startsWith('new '))
      // What was said while nobody was logged in is past telling, as in any chat.
      assert.deepEqual(fresh, later === 'a push' ? ['new 0', 'new 1', 'new 2', 'new 3'] : ['new 2', 'new 3'])
      await person.say(roomId, 'mine in the new one')
      await server.until(
        () => [...channel.box.posts.values()].find(({ text }) => text === 'mine in the new one'),
        'what was said in Matrix',
      )
      assert.deepEqual(server.violations, [])
    })
  }
})

interface Moved extends Cast {
  readonly channel: Channel
  readonly fresh: readonly ReturnType<TelegramServer['world']['post']>[]
  readonly old: readonly { readonly post: ReturnType<TelegramServer['world']['post']>; readonly event: SeenEvent }[]
}

function repliesTo({ content }: SeenEvent): string | undefined {
  const relation = content['m.relates_to'] as { 'm.in_reply_to'?: { event_id?: string } } | undefined
  return relation?.['m.in_reply_to']?.event_id
}
