import assert from 'node:assert/strict'
import { RudeServer, type RudeConnection } from '../../../test/src/irc/rude-server.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { Adapter, bob, chat } from './support.ts'

/** What servers and bouncers do that the one of the other tests does not. */
describe('a server that puts us into a channel by itself', () => {
  /** As bouncers do: before anything was asked for, while our state is being stored, or when we have begun to ask. */
  const moments: Readonly<Record<string, (line: { command: string; params: readonly string[] }) => boolean>> = {
    'at the welcome': ({ command, params }) => command === 'CAP' && params[0] === 'END',
    'as soon as all was said of the server': ({ command }) => command === 'PING',
    'when we ask, and is silent to the question': ({ command }) => command === 'JOIN',
  }
  for (const [moment, isNow] of Object.entries(moments)) {
    it(`${moment}: is believed, and what is said there crosses`, async () => {
      await using server = await RudeServer.start()
      let isIn = false
      server.onLine = (line, connection) => {
        if (!isIn && isNow(line)) {
          isIn = true
          // After the answer to the line itself.
          setImmediate(() => admit(connection))
        }
        return line.command === 'JOIN'
      }
      await using adapter = await Adapter.start({ port: server.port })
      await adapter.joined()
      const connection = await server.connection(0)
      connection.send(':ann!a@b PRIVMSG #chan :heard')
      const said = await adapter.host.waitFor((event) => event.kind === 'message')
      assert.ok(said.kind === 'message')
      assert.deepEqual(said.chat, { chat: 'net/#chan' })
      assert.equal((await adapter.relay.chatSnapshot?.(chat))?.name, '#chan')
    })
  }

  it('while our state is still being stored: is believed, too', async () => {
    await using server = await RudeServer.start()
    const host = new RecordingHost()
    const stored = Promise.withResolvers<void>()
    const { store } = host
    const set = store.set.bind(store)
    store.set = async (key, value) => {
      if (key.startsWith('nicks/')) await stored.promise
      await set(key, value)
    }
    let isIn = false
    server.onLine = ({ command, params }, connection) => {
      if (!isIn && command === 'PING') {
        isIn = true
        setImmediate(() => admit(connection))
      } else if (command === 'PING' && connection.lines.some((line) => line.command === 'MODE')) {
        // The answer ends what is taken in of the channel; our state is stored after that.
        connection.send(`:rude PONG rude :${params[0] ?? ''}`)
        connection.send(':ann!a@b PRIVMSG #chan :heard meanwhile')
        return true
      }
      return command === 'JOIN'
    }
    await using adapter = await Adapter.start({ port: server.port, host })
    await host.waitFor((event) => event.kind === 'message')
    stored.resolve()
    const connection = await server.connection(0)
    connection.send(':ann!a@b PRIVMSG #chan :heard after that')
    await host.waitFor((event) => event.kind === 'message', host.events.length)
    // Whoever wants to say something waits for just this.
    const snapshot = await adapter.relay.chatSnapshot?.(chat)
    assert.equal(snapshot?.name, '#chan')
  })

  function admit(connection: RudeConnection): void {
    for (const line of [
      ':relay!bridge@host JOIN #chan',
      ':rude 353 relay = #chan :relay ann',
      ':rude 366 relay #chan :End of /NAMES list.',
    ])
      connection.send(line)
  }
})

describe('a server whose nicks are short', () => {
  /** Refuses what is longer, and what is taken; says its limit, as they all do, only after it has taken one. */
  async function shortNicks(limit: number, taken: readonly string[] = []) {
    const server = await RudeServer.start()
    server.onLine = ({ command, params }, connection) => {
      const nick = params[0] ?? ''
      if (command !== 'NICK') return false
      if (nick.length > limit) connection.send(`:rude 432 * ${nick} :Nickname too long, max. ${limit} characters`)
      else if (taken.includes(nick)) connection.send(`:rude 433 * ${nick} :Nickname already in use`)
      else return false
      return true
    }
    return server
  }

  const nicks = ({ lines }: RudeConnection): string[] =>
    lines.flatMap(({ command, params }) => (command === 'NICK' ? [params[0] ?? ''] : []))

  it('gets one that fits', async () => {
    await using server = await shortNicks(9)
    await using adapter = await Adapter.start({ port: server.port, config: { relay_nick: 'VeryLongRelayNick' } })
    await adapter.joined()
    const connection = await server.connection(0)
    assert.deepEqual(nicks(connection), ['VeryLongRelayNick', 'VeryLongR'])
  })

  it('gets other ones that fit where the first is taken', async () => {
    await using server = await shortNicks(9, ['VeryLongR', 'VeryLong_'])
    await using adapter = await Adapter.start({ port: server.port, config: { relay_nick: 'VeryLongRelayNick' } })
    await adapter.joined()
    const connection = await server.connection(0)
    const tried = nicks(connection).slice(1)
    assert.deepEqual(tried.slice(0, 3), ['VeryLongR', 'VeryLong_', 'VeryLon__'])
    for (const nick of tried) assert.ok(nick.length <= 9, nick)
  })
})

describe('a server that says little of itself, or something odd', () => {
  it('is asked for as many channels at once as it takes', async () => {
    await using server = await RudeServer.start()
    server.onLine = ({ command }, connection) => {
      if (command === 'PING') connection.send(':rude 005 relay TARGMAX=PRIVMSG:1,JOIN:2 :are supported')
      return false
    }
    const channels = ['#a', '#b', '#c', '#d', '#e']
    await using adapter = await Adapter.start({ port: server.port, network: { channels } })
    await adapter.joined()
    const connection = await server.connection(0)
    await connection.waitFor(({ command, params }) => command === 'MODE' && params[0] === '#e')
    const asked = connection.lines.flatMap(({ command, params }) => (command === 'JOIN' ? [params[0] ?? ''] : []))
    assert.deepEqual(
      asked.map((names) => names.split(',').length),
      [2, 2, 2],
    )
    assert.deepEqual(asked.join().split(',').toSorted(), ['#a', '#b', '#c', '#chan', '#d', '#e'])
  })

  it('is asked for no channel whose name it would cut', async () => {
    await using server = await RudeServer.start()
    server.onLine = ({ command, params }, connection) => {
      if (command === 'PING') connection.send(':rude 005 relay CHANNELLEN=10 :are supported')
      if (command !== 'JOIN') return false
      for (const name of (params[0] ?? '').split(',')) connection.send(`:relay!b@h JOIN ${name.slice(0, 10)}`)
      return true
    }
    await using adapter = await Adapter.start({ port: server.port })
    const connection = await server.connection(0)
    const open = adapter.connector.handlers.openChat?.({ identifier: 'net/#muchlongername', requestedBy: bob })
    await assert.rejects(open ?? Promise.resolve(), /no channel name the server accepts.*10 characters at most/)
    assert.ok(connection.lines.every(({ command, params }) => command !== 'JOIN' || !params[0]?.includes('#much')))
  })

  it('is heard where it names nobody but by their nick, and not where it speaks itself', async () => {
    await using server = await RudeServer.start()
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const connection = await server.connection(0)
    for (const source of ['rude', 'irc.example.org', 'ann']) connection.send(`:${source} PRIVMSG #chan :by ${source}`)
    await adapter.host.waitFor((event) => event.kind === 'message')
    assert.deepEqual(adapter.host.messages(chat.chat), ['ann: by ann'])
  })

  it('names nobody, and says nothing, that reads as a command of the bridge', async () => {
    await using server = await RudeServer.start()
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const from = adapter.host.events.length
    const connection = await server.connection(0)
    connection.send(':`login`!a@b KICK #chan relay :say `help`\u202e')
    const notice = await adapter.host.waitFor((event) => event.kind === 'notice', from)
    assert.equal(notice.kind === 'notice' && notice.text, 'relay was kicked by ˋloginˋ: say ˋhelpˋ')
    await adapter.login(bob, 'bobby')
    const own = await server.connection(1)
    await own.waitFor(({ command }) => command === 'PING')
    own.send(':a`!a@b INVITE bobby #other')
    own.send(':ann!a@b PRIVMSG bobby :hi')
    await adapter.host.waitFor((event) => event.kind === 'message', from)
    assert.deepEqual(
      adapter.host.told.map(({ text }) => text),
      ['aˋ invites you to #other on net. Say `join net #other` to go there.'],
    )
  })

  it('is understood where a line is for those of a rank alone, though it never said that there are such lines', async () => {
    await using server = await RudeServer.start()
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const connection = await server.connection(0)
    connection.send(':ann!a@b PRIVMSG @%#chan :for few')
    await adapter.host.waitFor((event) => event.kind === 'message')
    assert.deepEqual(adapter.host.messages(chat.chat), ['ann: [to @%#chan] for few'])
  })
})

describe('a server that has something new', () => {
  it('is asked for what is wanted of it, and not for nothing', async () => {
    await using server = await RudeServer.start([{ kind: 'polite' }], 'cap-notify server-time')
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const connection = await server.connection(0)
    const from = connection.lines.length
    for (const news of ['org.example/unwanted', 'server-time', 'echo-message'])
      connection.send(`:rude CAP relay NEW :${news}`)
    const isRequest = ({ command, params }: { command: string; params: readonly string[] }): boolean =>
      command === 'CAP' && params[0] === 'REQ'
    await connection.waitFor((line) => isRequest(line) && line.params[1] === 'echo-message')
    const asked = connection.lines.slice(from).filter(isRequest)
    assert.deepEqual(
      asked.map(({ params }) => params[1]),
      ['echo-message'],
    )
  })
})
