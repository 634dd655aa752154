import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { RudeServer, type Rudeness } from '../../../test/src/irc/rude-server.ts'
import { Adapter, chat } from './support.ts'

const start = (server: RudeServer, config = {}): Promise<Adapter> => Adapter.start({ port: server.port, config })

describe('a rude server', () => {
  const recoverable: readonly { name: string; behaviour: Rudeness; says?: RegExp }[] = [
    { name: 'closes at once', behaviour: { kind: 'close-at-once' } },
    { name: 'throttles', behaviour: { kind: 'throttle' }, says: /Throttled/ },
    {
      name: 'vanishes in the middle of a line',
      behaviour: { kind: 'vanish-mid-line', line: ':ann!a@b PRIVMSG #chan :never fini' },
    },
  ]
  for (const { name, behaviour, says } of recoverable) {
    it(`that ${name} is dialled again`, async () => {
      await using server = await RudeServer.start([behaviour, behaviour, { kind: 'polite' }])
      await using adapter = await start(server)
      await adapter.joined()
      const failures = adapter.host.states.filter(({ state }) => state === 'TRANSIENT_DISCONNECT')
      assert.equal(failures.length, 2)
      for (const { message } of failures) assert.match(message ?? '', says ?? /trying again/)
      assert.deepEqual(adapter.host.messages(chat.chat), [])
    })
  }

  it('that refuses is dialled again, until it listens', async () => {
    await using server = await RudeServer.start()
    await server.refuse()
    await using adapter = await start(server)
    await adapter.host.until(
      () => adapter.host.states.filter(({ state }) => state === 'TRANSIENT_DISCONNECT').length >= 3,
    )
    await server.listen()
    await adapter.joined()
  })

  it('that sends garbage changes nothing', async () => {
    await using server = await RudeServer.start([{ kind: 'garbage' }])
    await using adapter = await start(server)
    await adapter.joined()
    const connection = await server.connection(0)
    for (const line of [
      'BATCH',
      'BATCH +',
      ':a!b@c PRIVMSG',
      ':a!b@c KICK #chan',
      ':a!b@c MODE #chan',
      '353',
      '@time=never :a!b@c PRIVMSG #chan :fine',
      ':__proto__!b@c JOIN #chan',
      ':a!b@c NICK',
      '@label=p1 ACK',
      'FAIL',
    ])
      connection.send(line)
    connection.socket.write(Buffer.from([...Buffer.from(':a!b@c PRIVMSG #chan :caf'), 0xe9, 13, 10]))
    await adapter.host.until(() => adapter.host.messages(chat.chat).length === 2)
    assert.deepEqual(adapter.host.messages(chat.chat), ['a: fine', 'a: café'])
    assert.equal(server.connections.length, 1)
  })

  it('that never ends a line costs no memory, and is heard again after it', async () => {
    await using server = await RudeServer.start([{ kind: 'endless-line', sizeBytes: 20_000_000 }])
    await using adapter = await start(server)
    await adapter.joined()
    const connection = await server.connection(0)
    connection.send(':a!b@c PRIVMSG #chan :still here')
    await adapter.host.waitFor((event) => event.kind === 'message')
  })

  it('that has all nicks taken is outlasted', async () => {
    await using server = await RudeServer.start([{ kind: 'nicks-in-use', count: 9 }])
    await using adapter = await start(server)
    await adapter.joined()
    const connection = await server.connection(0)
    const tried = connection.lines.filter(({ command }) => command === 'NICK').map(({ params }) => params[0])
    assert.deepEqual(tried.slice(0, 4), ['relay', 'relay_', 'relay__', 'relay2'])
  })

  it('that never answers is given up', async () => {
    await using server = await RudeServer.start([{ kind: 'silent' }, { kind: 'polite' }])
    await using adapter = await start(server, { connect_timeout_ms: 200 })
    await adapter.joined()
    assert.match(
      adapter.host.states.find(({ state }) => state === 'TRANSIENT_DISCONNECT')?.message ?? '',
      /did not answer in time/,
    )
  })

  it('that falls silent later is given up by the watchdog', async () => {
    await using server = await RudeServer.start()
    await using adapter = await start(server, { ping_interval_ms: 50, ping_timeout_ms: 200 })
    await adapter.joined()
    server.onLine = (line) => line.command === 'PING'
    await adapter.host.waitForState('TRANSIENT_DISCONNECT')
    server.onLine = undefined
    await adapter.host.waitForState('CONNECTED', adapter.host.states.length)
    assert.equal(server.connections.length, 2)
  })

  it('that bans is not dialled often', async () => {
    await using server = await RudeServer.start()
    server.onLine = (line, connection) => {
      if (line.command !== 'USER') return false
      connection.send(':rude 465 * :You are banned from this server')
      connection.socket.end('ERROR :Closing Link (K-Lined)\r\n')
      return true
    }
    await using adapter = await start(server, { reconnect: { first_ms: 1, refused_ms: 3_600_000 } })
    const report = await adapter.host.waitForState('UNKNOWN_ERROR')
    assert.match(report.message ?? '', /banned from the server/)
    assert.match(report.message ?? '', /3600 s/)
  })

  it('that floods is read no faster than events can be stored', async () => {
    await using server = await RudeServer.start()
    await using adapter = await start(server, { max_pending_lines: 100 })
    await adapter.joined()
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    let waiting = 0
    adapter.host.beforeIngest = async () => {
      waiting++
      begun.resolve()
      await gate.promise
    }
    const connection = await server.connection(0)
    const count = 60_000
    for (let index = 0; index < count; index++) {
      connection.send(`:ann!a@b PRIVMSG #chan :${index} ${'x'.repeat(300)}`)
    }
    await begun.promise
    await stalled(connection.socket)
    assert.ok(connection.socket.writableLength > 1_000_000, 'the server is held back')
    assert.equal(waiting, 1, 'one at a time for each channel')
    gate.resolve()
    await adapter.host.until(() => adapter.host.events.at(-1)?.kind === 'message' && adapter.host.events.length > count)
    const numbers = adapter.host.messages(chat.chat).map((line) => Number(line.split(' ')[1]))
    assert.deepEqual(
      numbers,
      Array.from({ length: count }, (_, index) => index),
    )
  }).timeout(60_000)

  it('that splits loses nobody’s leaving: a thousand quits keep their order', async () => {
    await using server = await RudeServer.start()
    await using adapter = await start(server, { max_pending_lines: 50 })
    await adapter.joined()
    const connection = await server.connection(0)
    const nicks = Array.from({ length: 1000 }, (_, index) => `p${index}`)
    for (const nick of nicks) connection.send(`:${nick}!a@b JOIN #chan`)
    for (const nick of nicks) connection.send(`:${nick}!a@b QUIT :*.net *.split`)
    const of = (change: string): string[] =>
      adapter.host.events.flatMap((event) =>
        event.kind === 'membership' && event.change === change ? [event.user.id] : [],
      )
    await adapter.host.until(() => of('leave').length === 1000)
    assert.deepEqual(
      of('join'),
      nicks.map((nick) => `net/${nick}`),
    )
    assert.deepEqual(
      of('leave'),
      nicks.map((nick) => `net/${nick}`),
    )
  }).timeout(60_000)

  it('whose database fails for a while loses nothing', async () => {
    await using server = await RudeServer.start()
    await using adapter = await start(server)
    await adapter.joined()
    let failures = 2
    adapter.host.beforeIngest = () => (failures-- > 0 ? Promise.reject(new Error('disk full')) : Promise.resolve())
    const connection = await server.connection(0)
    for (const text of ['one', 'two', 'one']) connection.send(`:ann!a@b PRIVMSG #chan :${text}`)
    await adapter.host.until(() => adapter.host.messages(chat.chat).length === 3)
    assert.deepEqual(adapter.host.messages(chat.chat), ['ann: one', 'ann: two', 'ann: one'])
  })
})

describe('logging in to a server', () => {
  it('by SASL PLAIN, before anything else', async () => {
    await using server = await RudeServer.start([{ kind: 'polite' }], 'sasl=PLAIN,EXTERNAL')
    server.onLine = (line, connection) => {
      if (line.command !== 'AUTHENTICATE') return false
      if (line.params[0] === 'PLAIN') connection.send('AUTHENTICATE +')
      else if (Buffer.from(line.params[0] ?? '', 'base64').toString() === 'bridge\0bridge\0secret')
        connection.send(':rude 903 * :ok')
      else connection.send(':rude 904 * :no')
      return true
    }
    await using adapter = await Adapter.start({
      port: server.port,
      network: { sasl: { account: 'bridge', password: 'secret' } },
    })
    await adapter.joined()
    await using wrong = await Adapter.start({
      port: server.port,
      network: { sasl: { account: 'bridge', password: 'wrong' } },
    })
    const report = await wrong.host.waitForState('BAD_CREDENTIALS')
    assert.match(report.message ?? '', /refused: no/)
    assert.ok(!JSON.stringify(wrong.host.states).includes('wrong'))
  })

  it('by SASL EXTERNAL', async () => {
    await using server = await RudeServer.start([{ kind: 'polite' }], 'sasl=PLAIN,EXTERNAL')
    server.onLine = (line, connection) => {
      if (line.command !== 'AUTHENTICATE') return false
      connection.send(line.params[0] === 'EXTERNAL' ? 'AUTHENTICATE +' : ':rude 903 * :ok')
      return true
    }
    await using adapter = await Adapter.start({ port: server.port, network: { sasl: { mechanism: 'EXTERNAL' } } })
    await adapter.joined()
  })

  it('by NickServ, and joins only then', async () => {
    await using server = await RudeServer.start()
    server.onLine = (line, connection) => {
      if (line.command !== 'PRIVMSG' || line.params[0] !== 'NickServ') return false
      connection.send(`:NickServ!s@s NOTICE ${connection.nick} :You are now identified for \x02relay\x02`)
      return true
    }
    await using adapter = await Adapter.start({ port: server.port, network: { nickserv_password: 'secret' } })
    await adapter.joined()
    const commands = server.connections[0]!.lines.map(({ command, params }) => `${command} ${params[1] ?? ''}`)
    assert.ok(commands.indexOf('PRIVMSG IDENTIFY secret') < commands.findIndex((line) => line.startsWith('JOIN')))
  })

  it('with the server’s password', async () => {
    await using server = await RudeServer.start()
    await using adapter = await Adapter.start({ port: server.port, network: { password: 'hush' } })
    await adapter.joined()
    assert.ok(server.connections[0]!.lines.some(({ command, params }) => command === 'PASS' && params[0] === 'hush'))
  })
})

/** Resolves when the other side has stopped reading for a good many turns of the loop. */
async function stalled(socket: Socket): Promise<void> {
  for (let unchanged = 0, before = -1; unchanged < 500; before = socket.writableLength) {
    unchanged = socket.writableLength === before ? unchanged + 1 : 0
    await new Promise((resolve) => setImmediate(resolve))
  }
}
