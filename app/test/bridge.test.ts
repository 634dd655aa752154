import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseRegistration } from '@pons/registration'
import { freePort, MatrixPerson, ManagementRoom } from '@pons/test'

const program = new URL('../bin.mjs', import.meta.url).pathname
const elsewhere = ['--homeserver', 'http://127.0.0.1:1', '--domain', 'other.test']

/** A folder, and commands that are run in it as a person does. */
class Place implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'pons-bridge-'))
  readonly #children: ChildProcess[] = []

  file(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: object): void {
    writeFileSync(this.file(name), JSON.stringify(content), { mode: 0o600 })
  }

  spawn(...args: string[]): Running {
    const child = spawn(process.execPath, ['--conditions=pons:source', program, ...args], { cwd: this.folder })
    this.#children.push(child)
    return new Running(child)
  }

  async run(...args: string[]): Promise<{ code: number | null; output: string }> {
    const running = this.spawn(...args)
    return { code: await running.ended, output: running.output }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

class Running {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  output = ''
  #heard = (): void => undefined

  constructor(child: ChildProcess) {
    this.child = child
    this.ended = once(child, 'close').then(([code]) => code as number | null)
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
        this.#heard()
      })
  }

  async says(words: string | RegExp): Promise<void> {
    const isSaid = (): boolean => (typeof words === 'string' ? this.output.includes(words) : words.test(this.output))
    const said = new Promise<void>((resolve) => {
      this.#heard = () => isSaid() && resolve()
      this.#heard()
    })
    const isOver = this.ended.then((code) => {
      if (!isSaid()) throw new Error(`ended with ${code} and did not say ${String(words)}:\n${this.output}`)
    })
    await Promise.race([said, isOver])
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM')
    return await this.ended
  }
}

describe('pons registration', () => {
  it('writes what a homeserver reads, for its owner alone, and keeps its tokens', async () => {
    await using place = new Place()
    const { code, output } = await place.run('registration', 'irc', ...elsewhere)
    assert.equal(code, 0, output)
    const path = place.file('data/registrations/irc.yaml')
    assert.ok(output.includes(path), output)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const text = readFileSync(path, 'utf8')
    const made = parseRegistration(text, path)
    const { as_token: asToken, hs_token: hsToken, ...rest } = made
    assert.match(asToken, /^[\w-]{43}$/)
    assert.notEqual(asToken, hsToken)
    assert.deepEqual(rest, {
      id: 'pons-irc',
      url: 'http://127.0.0.1:29320/irc',
      sender_localpart: 'ircbot',
      rate_limited: false,
      namespaces: {
        users: [{ regex: '@irc_.*:other\\.test', exclusive: true }],
        aliases: [{ regex: '#irc_.*:other\\.test', exclusive: true }],
        rooms: [],
      },
      protocols: ['irc'],
      receive_ephemeral: true,
      'de.sorunome.msc2409.push_ephemeral': true,
      'io.element.msc4190': true,
    })
    // Again: the homeserver knows these tokens. The configuration says by now which one that is.
    writeFileSync(place.file('copy.yaml'), 'readable to others before')
    chmodSync(place.file('copy.yaml'), 0o644)
    assert.equal((await place.run('registration', 'irc', '--file', 'copy.yaml')).code, 0)
    assert.equal(readFileSync(path, 'utf8'), text)
    assert.equal(readFileSync(place.file('copy.yaml'), 'utf8'), text)
    assert.equal(statSync(place.file('copy.yaml')).mode & 0o777, 0o600)
  })

  it('says where the homeserver reaches the bridges', async () => {
    await using place = new Place()
    const homeserver = { address: 'http://synapse:8008', domain: 'other.test', listener_url: 'https://pons.lan/as/' }
    place.write('pons.yaml', { homeserver })
    await place.run('registration', 'telegram')
    const { url, sender_localpart: sender } = parseRegistration(
      readFileSync(place.file('data/registrations/telegram.yaml'), 'utf8'),
      'telegram',
    )
    assert.equal(url, 'https://pons.lan/as/telegram')
    assert.equal(sender, 'telegrambot')
  })

  it('names the networks to choose from', async () => {
    await using place = new Place()
    for (const args of [[], ['icq']]) {
      const { code, output } = await place.run('registration', ...args, ...elsewhere)
      assert.equal(code, 2)
      assert.match(output, /irc, telegram, whatsapp, double-puppet/)
    }
    assert.equal(existsSync(place.file('data')), false)
  })
})

describe('pons bridge', () => {
  it('reports everything that is wrong with the homeserver it is given, with its path', async () => {
    await using place = new Place()
    place.write('pons.yaml', {
      server_name: 'bundled.test',
      registration: { open: true },
      homeserver: { domain: 'no/name', address: 'matrix.example.org/path', listener: { port: 'none' }, colour: 'blue' },
    })
    const { code, output } = await place.run('bridge')
    assert.equal(code, 1)
    for (const words of [
      'homeserver.address: is not the address of a server',
      'homeserver.domain: is not a host name',
      'homeserver.listener.port: ',
      'homeserver.colour: is not a setting',
      'server_name: is a setting of the bundled homeserver',
      'registration: is a setting of the bundled homeserver',
    ])
      assert.ok(output.includes(words), `${words} is not in\n${output}`)
  })

  it('says what is missing: a homeserver, then a registration', async () => {
    await using place = new Place()
    place.write('empty.yaml', {})
    const none = await place.run('bridge', '--config', 'empty.yaml')
    assert.equal(none.code, 1)
    assert.match(none.output, /homeserver: is missing: .*--homeserver URL --domain NAME/)
    const unregistered = await place.run('bridge', ...elsewhere)
    assert.equal(unregistered.code, 1)
    assert.match(unregistered.output, /has no registration of any network yet: say `pons registration NETWORK`/)
  })

  it('does not go on with a registration that the settings have left behind', async () => {
    await using place = new Place()
    await place.run('registration', 'irc', ...elsewhere)
    const { code, output } = await place.run('bridge', '--homeserver', 'http://127.0.0.1:1', '--domain', 'new.test')
    assert.equal(code, 1)
    assert.match(output, /irc\.yaml says: say `pons registration irc`, and give that to the homeserver/)
  })

  it('waits for a homeserver that is not there yet, and stops when it is told to', async () => {
    await using place = new Place()
    await place.run('registration', 'irc', ...elsewhere)
    const bridge = place.spawn('bridge')
    await bridge.says('the homeserver cannot be reached; trying again')
    assert.equal(await bridge.stop(), 0)
  })

  it('runs on a homeserver in another process, once that knows it, and finds everything again', async () => {
    await using homeserver = new Place()
    await using place = new Place()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const networks = { irc: false, telegram: false, whatsapp: false }
    const common = { server_name: 'far.test', listeners: [{ port }], registration: { open: true }, networks }
    homeserver.write('pons.yaml', { ...common, rate_limit: false, password_hashing: 'cheap' })
    const off = { telegram: false, whatsapp: false }
    const far = { address: url, domain: 'far.test', listener: { port: await freePort() } }
    place.write('pons.yaml', { homeserver: far, networks: off })
    await place.run('registration', 'irc', '--file', homeserver.file('irc.yaml'))

    let server = homeserver.spawn('start')
    await server.says('Ctrl-C stops.')
    const unknown = await place.run('bridge')
    assert.equal(unknown.code, 1)
    assert.match(unknown.output, /homeserver: does not know irc yet: give it .*irc\.yaml, and restart it/)

    await server.stop()
    homeserver.write('pons.yaml', {
      ...common,
      rate_limit: false,
      password_hashing: 'cheap',
      registration_files: ['irc.yaml'],
    })
    server = homeserver.spawn('start')
    await server.says('Ctrl-C stops.')
    await place.run('registration', 'irc', '--domain', 'elsewhere.test')
    const misnamed = await place.run('bridge', '--domain', 'elsewhere.test')
    assert.equal(misnamed.code, 1)
    assert.match(misnamed.output, /homeserver\.domain: is elsewhere\.test, and the homeserver calls itself far\.test/)
    await place.run('registration', 'irc')
    // `pons start` does the same where the configuration names a homeserver.
    for (const command of ['bridge', 'start']) {
      const bridge = place.spawn(command)
      await bridge.says('The bridges are running on far.test')
      await using person = await MatrixPerson.register({ url, name: `a-${command}`, password: 'password' })
      const room = await ManagementRoom.open(person, 'ircbot')
      await room.ask('help', 'add-network')
      assert.equal(await bridge.stop(), 0)
    }
    assert.equal(await server.stop(), 0)
  })
})
