import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createEgress, type NetworkConnector } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { createIrcConnector } from '../src/connector.ts'
import { DialGate } from '../src/protocol/dial-gate.ts'
import { readIrcConfig } from '../src/read-config.ts'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { alice, bob } from './support.ts'

describe('who makes the bridge connect where', () => {
  const servers: Server[] = []
  const connectors: NetworkConnector[] = []
  let dialled = 0

  afterEach(async () => {
    for (const connector of connectors.splice(0)) await connector.stop()
    for (const server of servers.splice(0)) server.close()
    dialled = 0
  })

  /** Something that listens and is no IRC server that lets anybody in. */
  async function listen(behave: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      dialled++
      socket.on('error', () => undefined)
      behave(socket)
    }).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  async function start(config: JsonObject = {}, host = new RecordingHost(), clock?: ManualClock) {
    const quick = { connect_timeout_ms: 300, reconnect: { first_ms: 10, longest_ms: 20 } }
    const connector = createIrcConnector(readIrcConfig({ ...quick, ...config }), clock ? { clock } : {})
    connectors.push(connector)
    await connector.init(host)
    await connector.start()
    const run = (line: string, userId = bob): Promise<string> => {
      const [name = '', ...args] = line.split(' ')
      const command = connector.handlers.commands?.find((one) => one.name === name)
      return host.isAdmin(userId).then((isAdmin) => command!.run({ userId, isAdmin, args, logins: [] }))
    }
    const join = (identifier: string, requestedBy = bob) => connector.handlers.openChat!({ identifier, requestedBy })
    return { host, connector, run, join }
  }

  it('administrators, and nobody else by any way, unless configured', async () => {
    const port = await listen(() => undefined)
    const { connector, run, join } = await start()
    await assert.rejects(run(`add-network x 127.0.0.1:${port} plain`), /Only an administrator/)
    for (const wish of [
      `127.0.0.1:${port}/#x`,
      `irc://127.0.0.1:${port}/x`,
      `localhost:${port} #x`,
      `[::1]:${port}/#x`,
    ])
      await assert.rejects(join(wish), /Only an administrator/, wish)
    const flow = connector.startLogin('own-nick', bob, new AbortController().signal)
    await flow.next()
    await assert.rejects(flow.next({ network: `127.0.0.1:${port}` }), /Only an administrator/)
    assert.equal(dialled, 0)
    assert.match(await run('networks'), /None yet/)
  })

  it('no more than the bridge may have in all, but administrators', async () => {
    const { host, run } = await start({ add_networks: 'everybody', networks_in_all: 1 })
    await run('add-network one irc.example.org', bob)
    await assert.rejects(run('add-network two irc.example.com', '@carol:test' as typeof bob), /all the networks/)
    host.admins.add(alice)
    assert.match(await run('add-network two irc.example.com', alice), /^Added two/)
  })

  it('everybody where that is configured: each a few, which the others do not see', async () => {
    const { host, run, join } = await start({ add_networks: 'everybody', networks_per_user: 2 })
    host.admins.add(alice)
    await run('add-network one irc.example.org')
    await run('add-network two irc.example.com')
    await assert.rejects(run('add-network three irc.example.net'), /more are not allowed/)
    await assert.rejects(join('irc.example.net/#x'), /more are not allowed/)
    const carol = '@carol:test' as typeof bob
    assert.match(await run('networks', carol), /None yet/)
    await assert.rejects(join('one #x', carol), /no network one/)
    assert.match(await run('networks', bob), /one: irc\.example\.org:6697/)
    assert.match(await run('networks', alice), /two: irc\.example\.com/)
    await assert.rejects(run('remove-network one', carol), /Only an administrator/)
    assert.equal(await run('remove-network one', bob), 'Removed one.')
    const after = RecordingHost.after(host)
    const again = await start({ add_networks: 'everybody' }, after)
    assert.match(await again.run('networks', carol), /None yet/)
    assert.match(await again.run('networks', bob), /two/)
  })

  for (const address of [
    '10.0.0.1',
    '[::ffff:10.0.0.1]',
    '169.254.169.254',
    '[fe80::1]',
    '[64:ff9b::a00:1]',
    '0.0.0.0',
  ]) {
    it(`nobody, administrators included, to ${address}`, async () => {
      const { host, run, join } = await start()
      host.admins.add(alice)
      await assert.rejects(run(`add-network x ${address}:6667 plain`, alice), /addresses of that kind/)
      await assert.rejects(join(`${address}:6667/#x`, alice), /addresses of that kind/)
    })
  }

  it('nobody to this machine where that is not allowed, by no name of it', async () => {
    const port = await listen(() => undefined)
    const host = new RecordingHost()
    host.egress = createEgress({ allowLoopback: false })
    host.admins.add(alice)
    const { join } = await start({ networks: { own: { address: '127.0.0.1', port, tls: 'plain' } } }, host)
    for (const name of ['127.0.0.1', 'localhost', '127.1', '2130706433', '[::ffff:127.0.0.1]'])
      await assert.rejects(join(`${name}:${port}/#x`, alice), /could not be reached|addresses of that kind/, name)
    await assert.rejects(join('own #x', alice), /could not be reached/)
    assert.equal(dialled, 0)
  })

  it('hears the same of what listens there, whatever it is', async () => {
    const refusing = await listen(() => undefined)
    servers.pop()?.close()
    const ports = [
      refusing,
      await listen((socket) => socket.end()),
      await listen((socket) => socket.destroy()),
      await listen((socket) => socket.end('220 mail.internal ESMTP\r\n')),
      await listen((socket) => socket.end('ERROR\r\n')),
      await listen((socket) => socket.end('ERROR :internal build 7\r\n')),
      await listen(() => undefined),
    ]
    const { host, join } = await start({ add_networks: 'everybody' })
    const heard = new Set<string>()
    for (const port of ports) {
      for (const tls of ['irc', 'ircs']) {
        const error = await join(`${tls}://127.0.0.1:${port}/#x`).then(
          () => undefined,
          (failure: Error) => failure,
        )
        heard.add(error?.message ?? 'it worked')
      }
    }
    assert.deepEqual([...heard], ['127-0-0-1 could not be reached: no IRC server let us in there.'])
    for (const { message } of host.states) assert.doesNotMatch(message ?? '', /127\.0\.0\.1|ECONN|internal/)
    assert.ok(host.states.some(({ detail }) => detail?.includes('ECONNREFUSED') === true))
  })

  it('is left with no connection that dials on, after a join that failed', async () => {
    const port = await listen((socket) => socket.destroy())
    const { host, run, join } = await start()
    host.admins.add(alice)
    await run(`add-network dead 127.0.0.1:${port} plain`, alice)
    await assert.rejects(join('dead #x', alice), /could not be reached/)
    assert.equal(await run('networks'), 'dead')
  })

  it('is told when a network that was added is given up, and may try again', async () => {
    const clock = new ManualClock()
    const port = await listen((socket) => socket.destroy())
    const host = new RecordingHost()
    host.values.set('network/dead', { address: '127.0.0.1', port, tls: 'plain', owner: bob })
    host.rooms.push({ chat: 'dead/#x' as never })
    const config = { add_networks: 'everybody', reconnect: { first_ms: 1000, longest_ms: 1000, give_up_ms: 3000 } }
    const { run } = await start(config, host, clock)
    const given = (): boolean => host.states.at(-1)?.state === 'UNKNOWN_ERROR'
    let seen = 0
    for (let tries = 0; tries < 10 && !given(); tries++) {
      await host.until(() => host.states.slice(seen).some(({ state }) => state !== 'CONNECTING'))
      seen = host.states.length
      clock.advance(1000)
    }
    assert.ok(given())
    assert.match(host.told.at(-1)?.text ?? '', /not tried any more/)
    await host.waitFor((event) => event.kind === 'notice' && event.text.includes('not tried any more'))
    const before = dialled
    clock.advance(1_000_000)
    assert.equal(dialled, before)
    await run('reconnect dead')
    await host.until(() => dialled > before)
  })

  it('dials so many at once, and the next as one is done', () => {
    const gate = new DialGate(2)
    const started: number[] = []
    const leave = [1, 2, 3, 4].map((number) => gate.enter(() => started.push(number)))
    assert.deepEqual(started, [1, 2])
    leave[2]?.()
    leave[0]?.()
    leave[0]?.()
    assert.deepEqual(started, [1, 2, 4])
  })
})
