import assert from 'node:assert/strict'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@pons/test'

const run = promisify(execFile)
const program = new URL('../bin.mjs', import.meta.url).pathname

interface Started {
  readonly child: ChildProcess
  readonly output: string
}

/** Runs the command as a person does, in a folder of its own. */
class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'pons-start-'))

  file(name: string): string {
    return join(this.folder, name)
  }

  async start(): Promise<Started> {
    const child = spawn(process.execPath, ['--conditions=pons:source', program, 'start'], { cwd: this.folder })
    let output = ''
    const running = new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        if (output.includes('Ctrl-C stops.')) resolve()
      })
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
      child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)))
    })
    await running
    return { child, output }
  }

  async command(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
    const options = { cwd: this.folder }
    return await run(process.execPath, ['--conditions=pons:source', program, ...args], options).then(
      ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
      (error: { stdout: string; stderr: string; code: number }) => error,
    )
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

async function stop({ child }: Started, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill(signal)
  return ((await ended) as [number | null])[0]
}

async function logIn(url: string, user: string, password: string): Promise<{ status: number; userId?: string }> {
  const response = await fetch(`${url}/_matrix/client/v3/login`, {
    method: 'POST',
    body: JSON.stringify({ type: 'm.login.password', identifier: { type: 'm.id.user', user }, password }),
  })
  const { user_id: userId } = (await response.json()) as { user_id?: string }
  return { status: response.status, ...(userId !== undefined && { userId }) }
}

describe('pons start', function () {
  this.timeout(60_000)

  it('needs no configuration, shows the first account once, and finds everything again', async () => {
    using place = new Place()
    const port = await freePort()
    const initial = await place.start().catch(async () => {
      // Somebody else holds port 8008: what a person would do is change it in the file that was written.
      const text = readFileSync(place.file('pons.yaml'), 'utf8').replace('port: 8008', `port: ${port}`)
      writeFileSync(place.file('pons.yaml'), text)
      return await place.start()
    })
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(initial.output)?.[0] ?? ''
    const password = /with the password +(\S+)/.exec(initial.output)?.[1] ?? ''
    assert.deepEqual(await logIn(url, 'admin', password), { status: 200, userId: '@admin:localhost' })
    const registered = await place.command('register', 'second')
    assert.equal(registered.code, 0, registered.stderr)
    const secondPassword = /Password: (\S+)/.exec(registered.stdout)?.[1] ?? ''
    assert.equal((await logIn(url, 'second', secondPassword)).status, 200)
    assert.equal((await place.command('register', 'second')).code, 1)
    const keyBefore = readFileSync(place.file('data/signing.key'), 'utf8')
    assert.equal(await stop(initial, 'SIGINT'), 0)
    assert.equal(statSync(place.file('pons.yaml')).mode & 0o077, 0, 'the secrets are for the owner alone')

    const again = await place.start()
    assert.ok(!again.output.includes('with the password'))
    assert.equal((await logIn(url, 'admin', password)).status, 200)
    assert.equal((await logIn(url, 'second', secondPassword)).status, 200)
    assert.equal(readFileSync(place.file('data/signing.key'), 'utf8'), keyBefore)
    assert.equal((await fetch(`${url}/health`)).status, 200)
    assert.match(await (await fetch(`${url}/_pons/metrics`)).text(), /bridge_queue_depth\{network="irc"/)
    assert.equal(await stop(again, 'SIGTERM'), 0)
  })

  it('says everything that is wrong with a configuration and ends with 1', async () => {
    using place = new Place()
    writeFileSync(place.file('pons.yaml'), 'server_name: 7\nnonsense: true\nregistration_files: [missing.yaml]\n')
    const { code, stderr } = await place.command('start')
    assert.equal(code, 1)
    assert.match(stderr, /server_name: /)
    assert.match(stderr, /nonsense: is not a setting/)
  })

  it('says which registration file is wrong, and why', async () => {
    using place = new Place()
    writeFileSync(place.file('bad.yaml'), 'id: x\nurl: 7\n')
    writeFileSync(place.file('pons.yaml'), 'registration_files: [bad.yaml, missing.yaml]\n')
    const { code, stderr } = await place.command('start')
    assert.equal(code, 1)
    assert.match(stderr, /registration_files\.0: /)
    assert.match(stderr, /as_token/)
    assert.match(stderr, /registration_files\.1: cannot be read/)
  })

  it('serves TLS with its own certificate and writes its log to a file', async () => {
    using place = new Place()
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    await run('openssl', [...kind, ...subject, '-keyout', place.file('key.pem'), '-out', place.file('cert.pem')])
    const port = await freePort()
    const tls = '{ key_file: key.pem, cert_file: cert.pem }'
    const text = `listeners: [{ host: 127.0.0.1, port: ${port}, tls: ${tls} }]\nlog: { level: debug, file: pons.log }\n`
    writeFileSync(place.file('pons.yaml'), text)
    const started = await place.start()
    const { stdout } = await run('curl', [
      '-sS',
      '--cacert',
      place.file('cert.pem'),
      `https://localhost:${port}/_matrix/client/versions`,
    ])
    assert.ok(Array.isArray((JSON.parse(stdout) as { versions: string[] }).versions))
    assert.equal(await stop(started, 'SIGTERM'), 0)
    assert.match(readFileSync(place.file('pons.log'), 'utf8'), /"level":/)
  })

  for (const [args, code, expected] of [
    [['version'], 0, /^\d+\.\d+\.\d+/],
    [['help'], 0, /pons COMMAND/],
    [['dance'], 2, /no command dance/],
    [['start', '--colour'], 2, /--colour/],
    [['register', 'No Good'], 2, /a name is made of/],
  ] as const) {
    it(`answers \`pons ${args.join(' ')}\` and ends with ${code}`, async () => {
      using place = new Place()
      const answer = await place.command(...args)
      assert.equal(answer.code, code)
      assert.match(answer.stdout + answer.stderr, expected)
    })
  }
})
