import assert from 'node:assert/strict'
import type { IdempotencyKey, RemoteEvent, TransmitContext } from '@pons/core'
import { RpcError, type Person } from '@pons/test/telegram'
import { chatKeyOf, loginIdOf } from '../src/ids.ts'
import { logIn, phone, startAdapter, type Adapter } from './support.ts'

describe('a Telegram account', function () {
  async function stage() {
    const adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob', username: 'bobby' })
    server.world.post({ author: bob, chat: ada, text: 'from before' })
    const client = await adapter.connect(ada)
    const chat = chatKeyOf(`u${bob.id}`, loginIdOf(ada.id.toString()))
    return { adapter, server, ada, bob, client, chat, [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose]() }
  }

  const isText = (text: string) => (event: RemoteEvent) => {
    if (event.kind !== 'message') return false
    return JSON.stringify(event.document.blocks).includes(JSON.stringify(text))
  }
  const say = ({ server }: Adapter, from: Person, to: Person, text: string) =>
    server.world.post({ author: from, chat: to, text })
  const context = (
    chat: TransmitContext['chat'],
    key: string,
    signal = new AbortController().signal,
  ): TransmitContext => ({
    chat,
    key: key as IdempotencyKey,
    signal,
  })
  const texts = (adapter: Adapter) =>
    adapter.host.events.flatMap((event) => (event.kind === 'message' ? [JSON.stringify(event.document.blocks)] : []))

  it('finds its recent chats after the login, and what was said there before', async () => {
    await using scene = await stage()
    const { adapter, client, chat } = scene
    const snapshot = await adapter.host.waitFor(({ kind }) => kind === 'snapshot')
    assert.equal(snapshot.chat.chat, chat.chat)
    const history = await client.handlers.history?.({ chat, limit: 50 })
    assert.equal(history?.length, 1)
    assert.ok(isText('from before')(history[0] as RemoteEvent))
  })

  it('opens a channel for its members only, whatever other logins of the bridge are in', async () => {
    await using scene = await stage()
    const { adapter, ada, bob, client, server } = scene
    const open = adapter.connector.handlers.openChat!
    const eve = server.addPerson({ firstName: 'Eve', phone: '15550000009', password: 'a second password' })
    const club = server.addChannel('Club', [bob, ada, eve])
    const ask = async (person: Person, identifier = `c${club.id}`) =>
      await open({ identifier, login: loginIdOf(person.id.toString()), requestedBy: '@alice:test' as never })
    await adapter.host.waitFor(({ chat }) => chat.chat === `c${club.id}`)
    const own = await ask(ada)
    assert.equal(own.isAdmitted, true)
    assert.equal(own.snapshot.joinRule, 'invite')
    const other = await adapter.connect(eve)
    await adapter.host.waitFor(({ chat, login }) => chat.chat === `c${club.id}` && login === eve.id.toString())
    assert.equal((await ask(eve)).isAdmitted, true)
    club.members.delete(eve.id)
    const isIn = async (): Promise<boolean> =>
      await ask(eve).then(
        ({ isAdmitted }) => isAdmitted === true,
        () => false,
      )
    assert.equal(await isIn(), false)
    const stranger = server.addChannel('Others', [bob])
    const known = await ask(ada, `c${stranger.id}`).then(
      ({ isAdmitted }) => isAdmitted,
      () => false,
    )
    assert.notEqual(known, true)
    await client.disconnect()
    await other.disconnect()
  })

  it('takes up after a restart what was said meanwhile, in slices, each once and in order', async () => {
    await using scene = await stage()
    const { adapter, ada, bob, server } = scene
    server.faults.differenceLimit = 7
    server.faults.arePushesLost = true
    for (let number = 0; number < 30; number++) say(adapter, bob, ada, `missed ${number}`)
    server.faults.arePushesLost = false
    await adapter.restart()
    await adapter.host.waitFor(isText('missed 29'))
    const missed = texts(adapter).filter((text) => text.includes('missed'))
    assert.deepEqual(
      missed.map((text) => Number(/missed (\d+)/.exec(text)?.[1])),
      Array.from({ length: 30 }, (_, number) => number),
    )
    assert.deepEqual(server.violations, [])
  })

  it('reads the history where a difference no longer reaches', async () => {
    await using scene = await stage()
    const { adapter, ada, bob, server } = scene
    adapter.host.rooms.push(scene.chat)
    say(adapter, bob, ada, 'known')
    await adapter.host.waitFor(isText('known'))
    server.faults.arePushesLost = true
    for (let number = 0; number < 12; number++) say(adapter, bob, ada, `long ago ${number}`)
    server.faults.arePushesLost = false
    server.faults.tooLongAfter = 5
    await adapter.restart()
    await adapter.host.waitFor(isText('long ago 11'))
    assert.equal(texts(adapter).filter((text) => text.includes('long ago')).length, 12)
  })

  for (const [name, prepare] of [
    ['zipped', (adapter: Adapter) => (adapter.server.faults.areAnswersGzipped = true)],
    ['in containers', (adapter: Adapter) => (adapter.server.faults.areAnswersBundled = true)],
    ['under another salt', (adapter: Adapter) => adapter.server.rotateSalts()],
    ['by a server whose clock is an hour ahead', (adapter: Adapter) => adapter.server.shiftClock(3600)],
  ] as const) {
    it(`understands what is answered ${name}`, async () => {
      await using scene = await stage()
      const { adapter, ada, bob, client, chat } = scene
      prepare(adapter)
      await client.transmit({ kind: 'text', text: `hello, ${name}`, entities: [] }, context(chat, name))
      say(adapter, bob, ada, `hello back, ${name}`)
      await adapter.host.waitFor(isText(`hello back, ${name}`))
    })
  }

  it('sends a repeat under the same random id, and finds the message that is there already', async () => {
    await using scene = await stage()
    const { client, chat, bob } = scene
    const action = { kind: 'text', text: 'only once', entities: [] }
    const first = await client.transmit(action, context(chat, 'the key'))
    const again = await client.transmit(action, context(chat, 'the key'))
    assert.deepEqual(again, first)
    assert.equal([...bob.box.posts.values()].filter(({ text }) => text === 'only once').length, 1)
  })

  it('waits as long as Telegram asks, and then sends', async () => {
    await using scene = await stage()
    const { server, client, chat, bob } = scene
    server.faults.onCall('messages.sendMessage', { kind: 'error', error: new RpcError(420, 'FLOOD_WAIT_1') })
    await client.transmit({ kind: 'text', text: 'after the wait', entities: [] }, context(chat, 'flood'))
    assert.ok([...bob.box.posts.values()].some(({ text }) => text === 'after the wait'))
  })

  it('says under which id the chat shows a picture that was set', async () => {
    await using scene = await stage()
    const { adapter, server, client, ada, bob } = scene
    const mxc = 'mxc://test/picture'
    adapter.host.media.set(mxc, { bytes: new Uint8Array([0xff, 0xd8, 1]), mimeType: 'image/jpeg' })
    for (const assembly of [server.addGroup('Friends', [ada, bob]), server.addChannel('Fans', [ada, bob])]) {
      const { chat } = await adapter.host.waitFor((event) => event.chat.chat.slice(1) === String(assembly.id))
      const { avatarId } = await client.transmit({ kind: 'avatar', mxc }, context(chat, `picture of ${assembly.id}`))
      assert.equal(avatarId, String(assembly.photo?.id))
      assert.equal((await client.chatSnapshot(chat)).avatar?.id, avatarId)
    }
  })

  it('says in words why Telegram refuses a message', async () => {
    await using scene = await stage()
    const { server, client, chat } = scene
    server.faults.onCall('messages.sendMessage', { kind: 'error', error: new RpcError(400, 'USER_IS_BLOCKED') })
    const sending = client.transmit({ kind: 'text', text: 'no', entities: [] }, context(chat, 'blocked'))
    await assert.rejects(sending, /this person has blocked you/)
  })

  it('says that the login is over when it was revoked', async () => {
    await using scene = await stage()
    const { adapter, server, ada, client, chat } = scene
    server.revoke(ada)
    const sending = client.transmit({ kind: 'text', text: 'into the void', entities: [] }, context(chat, 'revoked'))
    await assert.rejects(sending)
    const state = await adapter.host.waitForState('BAD_CREDENTIALS')
    assert.match(state.message ?? '', /ended on another device/)
  })

  it('says that the login is over when the server no longer knows the key', async () => {
    await using scene = await stage()
    const { adapter, server, ada } = scene
    server.forgetKeys(ada)
    server.dropConnections()
    const state = await adapter.host.waitForState('BAD_CREDENTIALS')
    assert.match(state.message ?? '', /no longer knows/)
  })

  it('goes on in the same chat when a group becomes a supergroup', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    const group = server.addGroup('Friends', [bob, ada])
    await adapter.host.waitFor((event) => event.chat.chat === `g${group.id}`)
    const supergroup = server.migrate(group)
    const event = await adapter.host.waitFor(({ chatAliases }) => chatAliases !== undefined)
    assert.equal(event.chat.chat, `c${supergroup.id}`)
    assert.equal(event.chatAliases?.[0]?.chat, `g${group.id}`)
  })

  for (const kind of ['private chat', 'supergroup', 'channel'] as const) {
    it(`says once, with the times, that the history of a ${kind} did not reach back; and nothing where it did`, async () => {
      await using scene = await stage()
      const { adapter, ada, bob, server } = scene
      const place =
        kind === 'private chat' ? ada : server.addChannel('Club', [bob, ada], { isBroadcast: kind === 'channel' })
      const post = (text: string) => server.world.post({ author: bob, chat: place, text })
      const chat = place.kind === 'channel' ? chatKeyOf(`c${place.id}`, loginIdOf(ada.id.toString())) : scene.chat
      adapter.host.rooms.push(chat)
      post('known')
      await adapter.host.waitFor(isText('known'))
      const edges = () => adapter.host.events.filter(({ id }) => id.startsWith('edge:'))
      const miss = async (count: number, last: string) => {
        const fromMs = server.world.now() * 1000
        server.faults.arePushesLost = true
        server.shiftClock(3600 * count)
        for (let number = 0; number < count; number++) post(number === count - 1 ? last : 'missed')
        server.faults.arePushesLost = false
        server.faults.tooLongAfter = 1
        await adapter.restart()
        await adapter.host.waitFor(isText(last))
        return { fromMs, toMs: server.world.now() * 1000 }
      }
      await miss(20, 'the end of a short gap')
      assert.deepEqual(edges(), [])
      const { fromMs, toMs } = await miss(1005, 'the end of a long gap')
      assert.equal(edges().length, 1)
      const [edge] = edges()
      assert.equal(edge?.chat.chat, chat.chat)
      const [, from, to] =
        /^What was said on Telegram between ([-\d]+ [:\d]+) and ([-\d]+ [:\d]+) UTC may be missing here: its history does not reach back so far\.$/.exec(
          edge?.kind === 'notice' ? edge.text : '',
        ) ?? []
      const [saidFromMs, saidToMs] = [from, to].map((time) => Date.parse(`${time}:00Z`))
      assert.ok(saidFromMs !== undefined && saidFromMs <= fromMs + 60_000, `${from} is after ${fromMs}`)
      assert.ok(saidToMs !== undefined && saidToMs > fromMs && saidToMs <= toMs + 60_000, `${to} is not in the gap`)
      await adapter.restart()
      assert.equal(edges().length, 1)
    })
  }

  it('asks for whoever else reacted, and says what is left where nobody may', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    await adapter.host.waitFor(({ kind }) => kind === 'snapshot')
    const people = ['Cleo', 'Dan', 'Eve'].map((firstName) => server.addPerson({ firstName }))
    const channel = server.addChannel('Many', [bob, ada, ...people])
    const post = server.world.post({ author: bob, chat: channel, text: 'react to this' })
    await adapter.host.waitFor(isText('react to this'))
    server.faults.namedReactors = 2
    for (const person of people) server.world.react(post, person, ['👍'])
    server.world.react(post, bob, ['12345'])
    const syncs = () => adapter.host.events.filter((event) => event.kind === 'reaction-sync')
    await adapter.host.until(() => syncs().length === 4)
    const asked = syncs().at(-1)
    assert.equal(asked?.isComplete, true, 'an emoji of somebody’s own making counts, too')
    assert.equal(asked?.reactions.length, 4)
    server.faults.areReactorsShown = false
    server.world.react(post, people[0] ?? bob, [])
    await adapter.host.until(() => syncs().length === 5)
    const last = syncs().at(-1)
    assert.deepEqual([last?.isComplete, last?.keysLeft], [false, ['👍']])
  })

  it('ends while Telegram is away, with its timers and sockets', async () => {
    await using scene = await stage()
    const { adapter, server, client } = scene
    await server.stopListening()
    await adapter.host.waitForState('TRANSIENT_DISCONNECT')
    await client.disconnect()
    const before = server.connectionCount
    await server.listen()
    // Three key exchanges take much longer than the pause after which an account that had not ended would dial again.
    server.addPerson({ firstName: 'Robot', botToken: '1:token' })
    for (let login = 0; login < 3; login++) await logIn(adapter.connector, 'bot', ['1:token'])
    assert.equal(server.connectionCount, before + 3, 'nobody else dials any more')
  })

  it('keeps nothing of messages it cannot read, and reads on', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    server.faults.onPush('unknown-constructor')
    say(adapter, bob, ada, 'lost in something unknown')
    say(adapter, bob, ada, 'the next')
    await adapter.host.waitFor(isText('the next'))
    await adapter.host.waitFor(isText('lost in something unknown'))
  })
})
