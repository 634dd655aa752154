import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { plainText, type ChatKey, type NetworkClient, type RemoteEvent } from '@pons/core'
import type { Group, Person } from '@pons/test/whatsapp'
import { chatKeyOf, loginIdOf, type Jid } from '../src/ids.ts'
import { alice, sending, startAdapter, type Adapter } from './support.ts'

describe('a WhatsApp account', function () {
  async function stage() {
    const adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    const group = server.addGroup('Friends', [ada, bob])
    await server.world.say(bob, ada, 'from before')
    const client = await adapter.connect(ada)
    const self = { phone: ada.pn as Jid, lid: ada.lid as Jid }
    const keyOf = (chat: Person | Group): ChatKey =>
      chatKeyOf((chat.kind === 'group' ? chat.jid : chat.lid) as Jid, loginIdOf(self))
    return {
      adapter,
      server,
      ada,
      bob,
      group,
      client,
      keyOf,
      [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose](),
    }
  }

  const textOf = (event: RemoteEvent): string | undefined =>
    event.kind === 'message' || event.kind === 'edit' ? plainText(event.document) : undefined
  const isText = (text: string) => (event: RemoteEvent) => textOf(event) === text
  const texts = ({ host }: Adapter, prefix: string): string[] =>
    host.events.flatMap((event) => (textOf(event)?.startsWith(prefix) === true ? [textOf(event) ?? ''] : []))
  const send = async (client: NetworkClient, chat: ChatKey, text: string, key = text) =>
    await client.transmit({ kind: 'text', text, mentions: [] }, sending(chat, key))
  const numbered = (words: string, count: number): string[] =>
    Array.from({ length: count }, (_, number) => `${words} ${number}`)

  it('gets the recent chats of the phone after the login, and what was said there', async () => {
    await using scene = await stage()
    const { adapter, client, bob, keyOf } = scene
    await adapter.host.waitFor(({ kind, chat }) => kind === 'snapshot' && chat.chat === bob.lid)
    const history = await client.handlers.history?.({ chat: keyOf(bob), limit: 50 })
    assert.deepEqual(history?.map(textOf), ['from before'])
    assert.deepEqual(history?.[0]?.sender, { id: bob.lid, aliases: [bob.pn], name: 'Bob' })
  })

  it('has the last fifty messages of a chat for its room, in order', async () => {
    await using adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    for (const text of numbered('long ago', 60)) await server.world.say(bob, ada, text)
    const client = await adapter.connect(ada)
    const { chat } = await adapter.host.waitFor(({ kind }) => kind === 'snapshot')
    const history = (await client.handlers.history?.({ chat, limit: 50 })) ?? []
    assert.deepEqual(history.map(textOf), numbered('long ago', 60).slice(10))
    const [, before] = history
    assert.ok(before !== undefined)
    const earlier = await client.handlers.history?.({ chat, limit: 50, before: before.id })
    assert.deepEqual(earlier?.map(textOf), ['long ago 10'])
  })

  it('takes up after a restart what was said meanwhile, each once and in order', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob, client } = scene
    await client.disconnect()
    for (const text of numbered('meanwhile', 20)) await server.world.say(bob, ada, text)
    await adapter.restart()
    await adapter.host.waitFor(isText('meanwhile 19'))
    assert.deepEqual(texts(adapter, 'meanwhile'), numbered('meanwhile', 20))
    await server.until(() => server.isDelivered(ada) || undefined, 'all confirmed')
    assert.deepEqual([server.violations, server.refused], [[], []])
  })

  it('says nothing any more where it is disconnected while it is being loaded', async () => {
    await using scene = await stage()
    const { adapter, client } = scene
    await client.disconnect()
    const from = adapter.host.states.length
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    adapter.host.beforeRead = async () => {
      asked.resolve()
      await released.promise
    }
    const connected = client.connect()
    await asked.promise
    const disconnected = client.disconnect()
    released.resolve()
    await Promise.all([connected, disconnected])
    assert.deepEqual(adapter.host.states.slice(from), [])
  })

  it('tells its owner once when it was away for longer than WhatsApp keeps what is said', async () => {
    await using scene = await stage()
    const { adapter, server, bob, ada, client } = scene
    await client.disconnect()
    const key = [...adapter.host.values.keys()].find((one) => one.endsWith('/last-online')) ?? ''
    const dayMs = 86_400_000
    const warnings = () => adapter.host.told.filter(({ text }) => text.includes('was not connected between'))
    const awaySince = [
      [13 * dayMs, 0],
      [20 * dayMs, 1],
      [0, 0],
    ] as const
    for (const [awayMs, expected] of awaySince) {
      if (awayMs > 0) adapter.host.values.set(key, Date.now() - awayMs)
      const before = Number(adapter.host.values.get(key))
      const next = await adapter.restart()
      await server.world.say(bob, ada, `after ${awayMs}`)
      await adapter.host.waitFor(isText(`after ${awayMs}`))
      await adapter.host.until(() => Number(adapter.host.values.get(key)) > before)
      assert.equal(warnings().length, expected)
      await next.disconnect()
    }
  })

  it('says in the chat, once, which messages stayed undecryptable', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob, client, keyOf } = scene
    await client.disconnect()
    const { chat, receiver } = keyOf(bob)
    const asked = { sentMs: Date.UTC(2026, 0, 1, 10), askedMs: Date.UTC(2026, 0, 1, 11) }
    adapter.host.values.set(`login/${receiver}/placeholder/${chat}/AAAA`, asked)
    const said = () => adapter.host.events.filter(({ id }) => id === 'edge:AAAA')
    await adapter.restart()
    const notice = await adapter.host.waitFor(({ id }) => id === 'edge:AAAA')
    assert.match(
      notice.kind === 'notice' ? notice.text : '',
      /^A message sent between 2026-01-01 10:00 and 10:01 UTC could not be decrypted/,
    )
    assert.deepEqual(notice.chat, keyOf(bob))
    await adapter.restart()
    await server.world.say(bob, ada, 'after')
    await adapter.host.waitFor(isText('after'))
    assert.equal(said().length, 1)
    assert.deepEqual(adapter.host.repeats, [])
  })

  it('keeps the order of messages of which some come compressed', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    server.faults.compressEvery = 3
    await Promise.all(numbered('there', 40).map(async (text) => await server.world.say(bob, ada, text)))
    await adapter.host.waitFor(isText('there 39'))
    assert.deepEqual(texts(adapter, 'there'), numbered('there', 40))
  })

  it('reads and is read while both write at once, without asking again', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob, client, keyOf } = scene
    server.faults.lookupDelayMs = 5
    const said = Promise.all(numbered('there', 40).map(async (text) => await server.world.say(bob, ada, text)))
    for (const text of numbered('here', 40)) await send(client, keyOf(bob), text)
    await said
    await adapter.host.waitFor(isText('there 39'))
    assert.deepEqual(texts(adapter, '[a message that could not'), [])
    const seen = bob.seen(ada).filter(({ text }) => text.startsWith('here'))
    assert.deepEqual(
      seen.map(({ text }) => text),
      numbered('here', 40),
    )
    assert.deepEqual([server.undecryptable, server.refused, server.violations], [0, [], []])
  })

  it('sends a repeat under the same id, of which nobody sees anything', async () => {
    await using scene = await stage()
    const { ada, bob, client, keyOf } = scene
    const first = await send(client, keyOf(bob), 'only once', 'the key')
    const again = await send(client, keyOf(bob), 'only once', 'the key')
    assert.deepEqual(again, first)
    assert.equal(bob.seen(ada).filter(({ text }) => text === 'only once').length, 1)
  })

  it('sends again what the server did not confirm before the connection broke', async () => {
    await using scene = await stage()
    const { server, ada, bob, client, keyOf } = scene
    server.faults.onAccept('drop-before-ack')
    const sent = await send(client, keyOf(bob), 'in spite of it')
    assert.equal(sent.isConfirmed, true)
    assert.equal(bob.seen(ada).filter(({ text }) => text === 'in spite of it').length, 1)
  })

  it('ends at once while it waits for the server’s answer', async () => {
    await using scene = await stage()
    const { server, ada, bob, client, keyOf } = scene
    server.faults.onAccept('swallow-ack')
    const sent = assert.rejects(send(client, keyOf(bob), 'without an answer'), /connection to WhatsApp has ended/)
    await server.until(() => bob.seen(ada).some(({ text }) => text === 'without an answer') || undefined, 'it')
    await client.disconnect()
    await sent
  })

  for (const where of ['private chat', 'group'] as const) {
    it(`puts a message of a ${where} in the place of the line that says it could not be read`, async () => {
      await using scene = await stage()
      const { adapter, server, ada, bob, group } = scene
      const chat = where === 'group' ? group : ada
      await server.world.say(bob, chat, 'readable')
      await adapter.host.waitFor(isText('readable'))
      server.faults.onPush('corrupt')
      const { id } = await server.world.say(bob, chat, 'garbled at first')
      const line = await adapter.host.waitFor((event) => event.kind === 'message' && event.id === id)
      assert.match(textOf(line) ?? '', /could not be decrypted yet/)
      const resolved = await adapter.host.waitFor(isText('garbled at first'))
      assert.equal(resolved.kind === 'edit' && resolved.target, id)
    })
  }

  it('opens a group for its members only, whatever other logins of the bridge are in', async () => {
    await using scene = await stage()
    const { adapter, ada, client, group, server } = scene
    const open = adapter.connector.handlers.openChat!
    const ask = async (person: Person) =>
      await open({
        identifier: group.jid,
        login: loginIdOf({ phone: person.pn as Jid, lid: person.lid as Jid }),
        requestedBy: alice,
      })
    assert.equal((await ask(ada)).isAdmitted, true)
    assert.equal((await ask(ada)).snapshot.joinRule, 'invite')
    const eve = server.addPerson({ name: 'Eve', phone: '15550000005' })
    const other = await adapter.connect(eve)
    await assert.rejects(ask(eve), { name: 'BridgeError', message: /not in that group/ })
    await assert.rejects(open({ identifier: group.jid, requestedBy: alice }), /Log in to WhatsApp first/)
    await client.disconnect()
    await other.disconnect()
  })

  it('goes by the opaque id of somebody who is looked up by number', async () => {
    await using scene = await stage()
    const { adapter, ada, server, client, keyOf } = scene
    const eve = server.addPerson({ name: 'Eve', phone: '15550000005' })
    const login = loginIdOf({ phone: ada.pn as Jid, lid: ada.lid as Jid })
    const { openChat } = adapter.connector.handlers
    const opened = await openChat?.({ identifier: '+1 555 000-0005', login, requestedBy: alice })
    assert.deepEqual(opened?.chat, keyOf(eve))
    await send(client, keyOf(eve), 'hello, Eve')
    assert.ok(eve.seen(ada).some(({ text }) => text === 'hello, Eve'))
    await assert.rejects(
      async () => await openChat?.({ identifier: '+1 555 999 9999', login, requestedBy: alice }),
      /Nobody/,
    )
    assert.deepEqual(server.violations, [])
  })

  it('makes new one-time keys when the server runs out of them', async () => {
    await using scene = await stage()
    const { server, ada } = scene
    await server.keepPreKeys(ada, 2)
    await server.until(() => [...ada.companions.values()].every(({ preKeys }) => preKeys.size > 2) || undefined, 'keys')
    assert.deepEqual(server.violations, [])
  })

  it('keeps the order of what waited, also where one of them brings the keys for the others', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob, group } = scene
    const from = adapter.host.states.length
    server.streamError(ada, 503)
    await adapter.host.waitForState('TRANSIENT_DISCONNECT', from)
    // The first of a group has one part for the key, and one for what it says.
    for (const text of numbered('waiting', 20)) await server.world.say(bob, group, text)
    await adapter.host.waitFor(isText('waiting 19'))
    assert.deepEqual(texts(adapter, 'waiting'), numbered('waiting', 20))
  })

  it('keeps the order of what waited and what is said while it works through that', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    const { host } = adapter
    server.faults.isBacklogOpen = true
    await server.world.say(bob, ada, 'so that typing is told')
    await host.waitFor(isText('so that typing is told'))
    const from = host.states.length
    server.streamError(ada, 503)
    await host.waitForState('TRANSIENT_DISCONNECT', from)
    for (const text of numbered('in order', 3)) await server.world.say(bob, ada, text)
    const [first, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    host.beforeIngest = async (event) => {
      if (!isText('in order 0')(event)) return
      first.resolve()
      await released.promise
    }
    await first.promise
    const typing = host.ephemeral.length
    await server.world.say(bob, ada, 'in order 3')
    // Behind it on the same connection, and told at once.
    server.world.type(bob, ada)
    await host.until(() => host.ephemeral.slice(typing).some(({ kind }) => kind === 'typing'))
    released.resolve()
    await host.until(() => texts(adapter, 'in order').length === 4)
    assert.deepEqual(texts(adapter, 'in order'), numbered('in order', 4))
  })

  it('has a line in place of what could not be read, also where the key that came with it could', async () => {
    await using scene = await stage()
    const { adapter, server, bob, group } = scene
    server.faults.onPush('corrupt-words')
    const { id } = await server.world.say(bob, group, 'the first of a group')
    await server.world.say(bob, group, 'the second of a group')
    await adapter.host.waitFor(isText('the first of a group'))
    await adapter.host.waitFor(isText('the second of a group'))
    const [line, ...others] = adapter.host.events.filter(
      ({ kind, chat }) => kind !== 'snapshot' && chat.chat === group.jid,
    )
    assert.deepEqual([line?.kind, line?.id], ['message', id])
    assert.match((line && textOf(line)) ?? '', /could not be decrypted/)
    assert.deepEqual(
      others.map((other) => textOf(other)).toSorted((a = '', b = '') => a.localeCompare(b)),
      ['the first of a group', 'the second of a group'],
    )
  })

  it('comes back after the server was out of order', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    const from = adapter.host.states.length
    server.streamError(ada, 503)
    await adapter.host.waitForState('TRANSIENT_DISCONNECT', from)
    await adapter.host.waitForState('CONNECTED', from)
    await server.world.say(bob, ada, 'there again')
    await adapter.host.waitFor(isText('there again'))
  })

  it('ends the connection that says what nobody can read, and comes back', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    const from = adapter.host.states.length
    server.pushMalformed(ada)
    await adapter.host.waitForState('CONNECTED', from)
    await server.world.say(bob, ada, 'after the nonsense')
    await adapter.host.waitFor(isText('after the nonsense'))
  })

  it('yields to another program, says so, and takes the place back when asked', async () => {
    await using scene = await stage()
    const { adapter, server, ada } = scene
    const from = adapter.host.states.length
    server.streamError(ada, 440)
    const state = await adapter.host.waitForState('UNKNOWN_ERROR', from)
    assert.match(state.message ?? '', /another program .* `reconnect`/)
    assert.match(adapter.host.told.at(-1)?.text ?? '', /another program/)
    const [reconnect] = adapter.connector.handlers.commands ?? []
    const login = loginIdOf({ phone: ada.pn as Jid, lid: ada.lid as Jid })
    const stored = { id: login, owner: alice, remoteName: 'Ada', metadata: {} }
    await reconnect?.run({ args: [], logins: [stored], userId: alice, isAdmin: false })
    await adapter.host.waitForState('CONNECTED', from)
  })

  it('says that the login is over when the phone has removed the device, and forgets its keys', async () => {
    await using scene = await stage()
    const { adapter, server, ada } = scene
    server.logOut(ada)
    const state = await adapter.host.waitForState('BAD_CREDENTIALS')
    assert.match(state.message ?? '', /the phone has removed/)
    await adapter.host.until(() => ![...adapter.host.values.keys()].some((key) => /^(?:creds|signal)\//.test(key)))
  })

  it('stops, and says why, when the account is banned', async () => {
    await using scene = await stage()
    const { adapter, server } = scene
    const from = adapter.host.states.length
    server.faults.refuseLogins = '403'
    server.dropConnections()
    const state = await adapter.host.waitForState('UNKNOWN_ERROR', from)
    assert.match(state.message ?? '', /banned this account/)
    assert.match(adapter.host.told.at(-1)?.text ?? '', /banned this account/)
  })

  it('says that a file is too large before it fetches it', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    const bytes = Buffer.alloc(1_000_001)
    await server.world.sendMedia(bob, ada, {
      kind: 'document',
      bytes,
      mimeType: 'application/pdf',
      fileName: 'big.pdf',
    })
    const event = await adapter.host.waitFor(({ kind, chat }) => kind === 'message' && chat.chat === bob.lid)
    const media = event.kind === 'message' ? event.document.media : undefined
    assert.ok(media !== undefined && 'remote' in media.source)
    const { remote } = media.source
    await assert.rejects(async () => await adapter.connector.handlers.media?.(remote), /larger than the 1 MB/)
  })

  it('sends files to WhatsApp’s hosts alone, wherever the server says that they go', async () => {
    await using scene = await stage()
    const { adapter, server, client, keyOf, bob } = scene
    adapter.host.media.set('mxc://test/file', { bytes: Buffer.from('the file'), mimeType: 'application/pdf' })
    const file = { kind: 'file', mxc: 'mxc://test/file', fileName: 'a.pdf', mimeType: 'application/pdf' }
    const action = { kind: 'file', file, text: '', mentions: [] }
    let connections = 0
    const elsewhere = createServer((socket) => {
      connections++
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    // The same machine by another name: no host of the configured server's.
    server.faults.uploadHost = `localhost:${(elsewhere.address() as AddressInfo).port}`
    await assert.rejects(client.transmit(action, sending(keyOf(bob), 'elsewhere')), /upload failed|refuses/i)
    elsewhere.close()
    assert.equal(connections, 0)
    server.faults.uploadHost = undefined
    server.dropConnections()
    await client.transmit(action, sending(keyOf(bob), 'here'))
    const seen = bob.seen().find(({ media }) => media !== undefined)
    assert.equal(Buffer.from(seen?.media?.bytes ?? []).toString(), 'the file')
  })

  it('logs the device out on the phone, too', async () => {
    await using scene = await stage()
    const { server, ada, client } = scene
    await client.logout?.()
    await server.until(() => ada.companions.size === 0 || undefined, 'the device gone')
  })
})
