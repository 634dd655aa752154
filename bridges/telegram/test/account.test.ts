import assert from 'node:assert/strict'
import type { IdempotencyKey, RemoteEvent, TransmitContext } from '@pons/core'
import { RpcError, type Person } from '@pons/test/telegram'
import { chatKeyOf, loginIdOf } from '../src/ids.ts'
import { logIn, phone, startAdapter, type Adapter } from './support.ts'

describe('a Telegram account', function () {
  this.timeout(30_000)

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
    attempt: 1,
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
