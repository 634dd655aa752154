import assert from 'node:assert/strict'
import { RudeServer, type RudeConnection } from '../../../test/src/irc/rude-server.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { Adapter, alice, chat } from './support.ts'

const dated = (time: string, rest: string): string => `time=${time};${rest}`
/** An hour ago, and later. */
const times = Array.from({ length: 4 }, (_, at) => new Date(Date.now() - 3_600_000 + at * 60_000).toISOString())
const old: readonly (readonly [time: string, source: string, text: string])[] = [
  [times[0] ?? '', 'Ann!a@b', 'old'],
  [times[1] ?? '', 'Ann!a@b', 'old'],
  [times[1] ?? '', 'Ann!a@b', 'old'],
  [times[2] ?? '', 'relay!bridge@host', '<Alice> what the relay said'],
  [times[3] ?? '', 'Ben!a@b', 'older than our coming'],
]
const expected = ['Ann: old', 'Ann: old', 'Ann: old', 'Ben: older than our coming']

/** A bridge that has come to the end of what it is played; what it has stored goes to the next. */
async function visit(server: RudeServer, before: RecordingHost, number: number): Promise<RecordingHost> {
  const host = RecordingHost.after(before)
  await using adapter = await Adapter.start({ port: server.port, host })
  await adapter.relay.chatSnapshot(chat)
  const connection = server.connections.at(-1)
  connection?.send(`@time=${new Date(Date.now() + 1000).toISOString()} :Ann!a@b PRIVMSG #chan :now ${number}`)
  await host.until(() => host.messages(chat.chat).includes(`Ann: now ${number}`))
  return host
}

const ways: readonly {
  readonly name: string
  readonly capabilities: string
  readonly play: (connection: RudeConnection) => void
  readonly isAsked?: boolean
}[] = [
  {
    name: 'in a batch of ZNC',
    capabilities: 'batch server-time znc.in/server-time-iso',
    play({ send }) {
      send(':znc.in BATCH +1 znc.in/playback #chan')
      for (const [time, source, text] of old) send(`@${dated(time, 'batch=1')} :${source} PRIVMSG #chan :${text}`)
      send(':znc.in BATCH -1')
    },
  },
  {
    name: 'because it was asked of ZNC’s playback module',
    capabilities: 'batch server-time znc.in/playback znc.in/server-time-iso',
    isAsked: true,
    play({ send }) {
      for (const [time, source, text] of old) send(`@time=${time} :${source} PRIVMSG #chan :${text}`)
    },
  },
  {
    name: 'in a batch that nobody asked for',
    capabilities: 'batch server-time soju.im/bouncer-networks',
    play({ send }) {
      send(':soju BATCH +1 chathistory #chan')
      for (const [time, source, text] of old) send(`@${dated(time, 'batch=1')} :${source} PRIVMSG #chan :${text}`)
      send(':soju BATCH -1')
    },
  },
  {
    name: 'as lines like any other, with times',
    capabilities: 'server-time znc.in/server-time-iso',
    play({ send }) {
      for (const [time, source, text] of old) send(`@time=${time} :${source} PRIVMSG #chan :${text}`)
    },
  },
]

describe('what a bouncer or server plays on its own', () => {
  for (const { name, capabilities, play, isAsked } of ways) {
    it(`is history and no news, ${name}: once, and nothing of our own`, async () => {
      await using server = await RudeServer.start(undefined, capabilities)
      server.onLine = ({ command, params }, connection) => {
        if (command === 'PING' && connection.nick !== '*') {
          connection.send(`@time=${new Date().toISOString()} :rude PONG rude :${params[0] ?? ''}`)
          return true
        }
        const isTime = isAsked === true ? command === 'PRIVMSG' && params[0] === '*playback' : command === 'MODE'
        if (isTime) play(connection)
        return isTime
      }
      let host = new RecordingHost()
      for (const number of [0, 1, 2]) {
        host = await visit(server, host, number)
        const now = Array.from({ length: number + 1 }, (_, at) => `Ann: now ${at}`)
        assert.deepEqual(host.messages(chat.chat), [...expected, ...now])
      }
      if (isAsked !== true) return
      const asked = server.connections.map(
        ({ lines }) => lines.find(({ params }) => params[0] === '*playback')?.params[1],
      )
      assert.equal(asked[0], 'play #chan 0')
      assert.match(asked[1] ?? '', /^play #chan \d{9,}(\.\d+)?$/)
    })
  }

  it('is not taken in where it has neither ids nor times, and the words around it are nobody’s', async () => {
    await using server = await RudeServer.start()
    server.onLine = ({ command }, { send }) => {
      if (command !== 'MODE') return false
      send(':***!znc@znc.in PRIVMSG #chan :Buffer Playback...')
      send(':Ann!a@b PRIVMSG #chan :[12:00:00] old')
      send(':***!znc@znc.in PRIVMSG #chan :Playback Complete.')
      send(':Ann!a@b PRIVMSG #chan :now')
      return true
    }
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.host.until(() => adapter.host.messages(chat.chat).length > 0)
    assert.deepEqual(adapter.host.messages(chat.chat), ['Ann: now'])
  })

  it('is history of a private chat, too', async () => {
    await using server = await RudeServer.start(undefined, 'batch server-time znc.in/server-time-iso')
    server.onLine = ({ command, params }, { send }) => {
      if (command !== 'CAP' || params[0] !== 'END') return false
      setImmediate(() => {
        send(':znc.in BATCH +1 znc.in/playback Ann')
        send(`@${dated(times[0] ?? '', 'batch=1')} :Ann!a@b PRIVMSG alice :old`)
        send(`@${dated(times[1] ?? '', 'batch=1')} :alice!a@b PRIVMSG Ann :my own`)
        send(':znc.in BATCH -1')
        send(`@time=${times[2] ?? ''} :Ann!a@b PRIVMSG alice :old and bare`)
        send(`@time=${new Date(Date.now() + 1000).toISOString()} :Ann!a@b PRIVMSG alice :now`)
      })
      return false
    }
    let host = new RecordingHost()
    for (const number of [1, 2]) {
      host = RecordingHost.after(host)
      await using adapter = await Adapter.start({ port: server.port, host, network: { relay: false } })
      const login = await adapter.login(alice, 'alice')
      await host.until(() => host.messages('net/ann').filter((text) => text === 'Ann: now').length === number)
      await login.disconnect()
      assert.deepEqual(
        host.messages('net/ann').filter((text) => text !== 'Ann: now'),
        ['Ann: old', 'Ann: old and bare'],
      )
    }
  })
})

describe('two lines to which a server gave the same id', () => {
  it('both arrive; the same line twice does once', async () => {
    await using server = await RudeServer.start(undefined, 'message-tags server-time')
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const { send } = await server.connection(0)
    send(':rude 005 relay STATUSMSG=@+ :are supported')
    for (const text of ['one', 'two', 'one', 'three']) send(`@msgid=same :Ann!a@b PRIVMSG #chan :${text}`)
    send('@msgid=same :Ben!a@b PRIVMSG #chan :one')
    send('@msgid=same :Ben!a@b PRIVMSG @#chan :one')
    send('@msgid=last :Ann!a@b PRIVMSG #chan :last')
    await adapter.host.until(() => adapter.host.messages(chat.chat).includes('Ann: last'))
    assert.deepEqual(adapter.host.messages(chat.chat), [
      'Ann: one',
      'Ann: two',
      'Ann: three',
      'Ben: one',
      'Ben: [to @#chan] one',
      'Ann: last',
    ])
  })

  it('both arrive where the server was restarted, and the bridge, too', async () => {
    await using server = await RudeServer.start(undefined, 'message-tags server-time')
    let host = new RecordingHost()
    for (const round of ['first', 'second']) {
      host = RecordingHost.after(host)
      await using adapter = await Adapter.start({ port: server.port, host })
      await adapter.relay.chatSnapshot(chat)
      server.connections.at(-1)?.send(`@msgid=1 :Ann!a@b PRIVMSG #chan :${round}`)
      await host.until(() => host.messages(chat.chat).includes(`Ann: ${round}`))
    }
    assert.deepEqual(host.messages(chat.chat), ['Ann: first', 'Ann: second'])
  })
})
