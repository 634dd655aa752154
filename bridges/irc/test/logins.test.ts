import assert from 'node:assert/strict'
import type { NetworkCommand } from '@pons/core'
import { startInspircd } from '../../../test/src/irc/inspircd.ts'
import { IrcPerson } from '../../../test/src/irc/irc-person.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { createIrcConnector } from '../src/connector.ts'
import { readIrcConfig } from '../src/read-config.ts'
import { setScene, type Scene } from './scene.ts'
import { alice, bob, chat } from './support.ts'

describe('people with a login', () => {
  let scene: Scene
  let server: Scene['server']
  let person: Scene['person']
  let adapter: Scene['adapter']

  beforeEach(async () => {
    scene = await setScene({ defaultModes: 'ntoH 100:1d' })
    ;({ server, person, adapter } = scene)
  })

  afterEach(async () => await scene[Symbol.asyncDispose]())

  it('speak under their own nick, and nothing of it comes back', async () => {
    const client = await adapter.login(alice, 'alice')
    await adapter.say(client, 'it is me', { viaRelay: false })
    await adapter.say(client, 'and again', { viaRelay: false })
    await person.hear('and again')
    assert.deepEqual(
      person.heard('#chan').map(({ from, text }) => `${from}: ${text}`),
      ['alice: it is me', 'alice: and again'],
    )
    person.say('#chan', 'alice: welcome')
    const event = await adapter.host.waitFor(({ kind }) => kind === 'message')
    assert.deepEqual(event.kind === 'message' && event.document.blocks[0], {
      type: 'paragraph',
      children: [
        { type: 'mention', target: alice, text: 'alice' },
        { type: 'text', text: ': welcome' },
      ],
    })
    assert.equal(adapter.host.events.filter(({ kind }) => kind === 'membership').length, 0)
  })

  it('see each line once, whoever observes the channel, and lose none when the observer goes', async () => {
    adapter.host.members.set(chat.chat, [alice, bob])
    const clients = [await adapter.login(alice, 'alice'), await adapter.login(bob, 'bob')]
    for (const nick of ['alice', 'bob'])
      await person.waitFor(({ command, nick: who }) => command === 'JOIN' && who === nick)
    for (const client of clients) await client.chatSnapshot(chat)
    const expected: string[] = []
    const speak = (count: number): void => {
      for (let index = 0; index < count; index++) {
        person.say('#chan', `line ${expected.length}`)
        expected.push(`Ann: line ${expected.length}`)
      }
    }
    speak(20)
    const relayGone = adapter.relay.disconnect()
    speak(20)
    await relayGone
    speak(20)
    await clients[0]!.disconnect()
    speak(20)
    await adapter.host.until(() => adapter.host.messages(chat.chat).length === expected.length)
    assert.deepEqual(adapter.host.messages(chat.chat), expected)
    await clients[1]!.disconnect()
  })

  it('have private chats of their own, both ways', async () => {
    const client = await adapter.login(alice, 'alice')
    await adapter.host.waitForState('CONNECTED', 2)
    person.say('alice', 'psst')
    const event = await adapter.host.waitFor(({ kind }) => kind === 'message')
    assert.deepEqual(event.chat, { chat: 'net/ann', receiver: `net/${alice}` })
    assert.equal(event.kind === 'message' && event.createPortal?.kind, 'direct')
    await adapter.say(client, 'what?', { viaRelay: false, chat: event.chat })
    assert.equal((await person.hear('what?')).target, 'Ann')
  })

  it('join and leave with their room', async () => {
    const client = await adapter.login(alice, 'alice')
    const intent = {
      ...adapter.intent('', { viaRelay: false }),
      kind: 'membership',
      subject: { matrix: alice },
      change: 'join',
    } as const
    for (const action of await client.handlers.membership!(intent)) await adapter.transmit(client, action)
    await person.waitFor(({ command, nick }) => command === 'JOIN' && nick === 'alice')
    for (const action of await client.handlers.membership!({ ...intent, change: 'leave' }))
      await adapter.transmit(client, action)
    await person.waitFor(({ command, nick }) => command === 'PART' && nick === 'alice')
    await client.disconnect()
  })

  it('take their nick back when it becomes free', async () => {
    await using thief = await IrcPerson.connect({ ...server, nick: 'alice' })
    const client = await adapter.login(alice, 'alice')
    await adapter.say(client, 'not yet me', { viaRelay: false })
    assert.equal((await person.hear('not yet me')).from, 'alice_')
    thief.quit()
    await person.waitFor(
      ({ command, nick, params }) => command === 'NICK' && nick === 'alice_' && params[0] === 'alice',
    )
    assert.ok(client.isSelf('net/alice' as never))
    await client.disconnect()
  })
})

describe('without any configuration', () => {
  it('networks are added and channels joined by what people type, and kept over a restart', async () => {
    await using server = await startInspircd({ hasTls: true })
    await using person = await IrcPerson.connect({ ...server, nick: 'Ann' })
    await person.join('#chan')
    const host = new RecordingHost()
    host.admins.add(alice)
    const connector = createIrcConnector(readIrcConfig({ connect_timeout_ms: 2500 }))
    await connector.init(host)
    await connector.start()
    const say = (line: string): Promise<string> => {
      const [name = '', ...args] = line.split(' ')
      const command = connector.handlers.commands?.find((one: NetworkCommand) => one.name === name)
      return command!.run({ userId: alice, isAdmin: true, args, logins: [] })
    }
    const open = connector.handlers.openChat!
    await assert.rejects(open({ identifier: '#chan', requestedBy: alice }), /add-network NAME ADDRESS/)
    await assert.rejects(say('add-network Not_A_Name irc.test'), /letters a-z/)
    await assert.rejects(say('add-network x no address'), /none of plain/)
    assert.match(await say(`add-network home 127.0.0.1:${server.tlsPort} tls-insecure`), /join home #channel/)
    const opened = await open({ identifier: 'home #chan', requestedBy: alice })
    assert.equal(opened.chat.chat, 'home/#chan')
    assert.equal(opened.snapshot.members?.length, 1)
    assert.match(await say('networks'), /home: 127\.0\.0\.1:\d+ \(tls-insecure\) – relay as PonsBridge/)
    assert.match(await say('names home #chan'), /2 in #chan: @Ann PonsBridge/)
    assert.match(await say('whois home Ann'), /person/)
    await assert.rejects(
      open({ identifier: `ircs://127.0.0.1:${server.port}/#chan`, requestedBy: alice }),
      /could not be reached/,
    )
    assert.doesNotMatch(await say('networks'), /127-0-0-1/)
    const byAddress = await open({ identifier: `127.0.0.1:${server.port}/#chan`, requestedBy: alice })
    assert.equal(byAddress.chat.chat, '127-0-0-1/#chan')
    await connector.stop()

    const after = RecordingHost.after(host)
    after.rooms.push(opened.chat)
    const again = createIrcConnector(readIrcConfig())
    await again.init(after)
    await again.start()
    await after.waitFor((event) => event.kind === 'snapshot' && event.chat.chat === 'home/#chan')
    await again.stop()
  }).timeout(30_000)

  it('a login asks for what it needs, tries it, and never shows the password', async () => {
    await using server = await startInspircd({ password: 'hush' })
    const host = new RecordingHost()
    host.admins.add(alice)
    const connector = createIrcConnector(readIrcConfig())
    await connector.init(host)
    const attempt = async (password: string): Promise<unknown> => {
      const flow = connector.startLogin('own-nick', alice, new AbortController().signal)
      const answers: Record<string, string> = { network: 'home', nick: 'alice', auth: 'server', password }
      if (!host.values.has('network/home'))
        Object.assign(answers, { network: `127.0.0.1:${server.port}`, name: 'home', tls: 'plain' })
      for (let step = await flow.next(); ; step = await flow.next(answers)) if (step.done) return step.value
    }
    await assert.rejects(
      attempt('wrong'),
      (error: Error) => /could not be reached/.test(error.message) && !error.message.includes('wrong'),
    )
    assert.deepEqual(await attempt('hush'), {
      id: `home/${alice}`,
      remoteName: 'alice on home',
      metadata: { network: 'home', nick: 'alice', auth: 'server', password: 'hush' },
    })
  })

  it('trusts a server only by its certificate', async () => {
    await using server = await startInspircd({ hasTls: true })
    const network = (tls: object): object => ({
      networks: { home: { address: 'localhost', port: server.tlsPort, channels: ['#chan'], ...tls } },
      reconnect: { first_ms: 20 },
    })
    for (const { tls, state } of [
      { tls: {}, state: 'TRANSIENT_DISCONNECT' },
      { tls: { ca: server.certificate }, state: 'CONNECTED' },
    ] as const) {
      const host = new RecordingHost()
      host.admins.add(alice)
      const connector = createIrcConnector(readIrcConfig(network(tls)))
      await connector.init(host)
      await connector.start()
      await host.waitForState(state)
      await connector.stop()
    }
  })
})
