import assert from 'node:assert/strict'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
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
    assert.equal(await stop(again, 'SIGTERM'), 0)
  })

  describe('says in one line why it does not start, without a stack, and ends with 1', () => {
    for (const [text, expected] of [
      ['listeners: [{ port: PORT }]', 'cannot listen on 127.0.0.1:PORT: another program does already'],
      ['monitoring: { listener: { port: PORT } }', 'cannot listen on 127.0.0.1:PORT'],
      ['data_dir: file/data', 'file/data cannot be used: a part of the path is not a folder'],
      ['data_dir: file', 'file cannot be used: something else is there'],
      ['log: { file: file/pons.log }', 'file cannot be used: something else is there'],
      ['log: { file: . }', 'cannot be used: it is a folder'],
      ['database: sqlite:nowhere/pons.db', 'pons.db cannot be used: there is no such file or folder'],
      ['database: sqlite:../file', 'the database cannot be used: file is not a database'],
      ['database: postgres://nobody:x@127.0.0.1:1/none', 'cannot be reached: connect ECONNREFUSED'],
      ['signing_key_file: .', 'the signing key file'],
      ['listeners: [{ port: 0, tls: { key_file: file, cert_file: file } }]', 'certificate'],
      ['a: [', 'Flow sequence'],
    ] as const) {
      it(text, async () => {
        await using other = createServer().listen(0, '127.0.0.1')
        await once(other, 'listening')
        const port = String((other.address() as AddressInfo).port)
        using place = new Place()
        writeFileSync(place.file('file'), 'neither a folder nor a key')
        const listeners = text.startsWith('listeners') ? '' : 'listeners: []\n'
        writeFileSync(place.file('pons.yaml'), `${listeners}${text.replace('PORT', port)}\n`)
        const { code, stderr, stdout } = await place.command('start', '--log-level', 'silent')
        assert.equal(code, 1)
        assert.ok(stderr.includes(expected.replace('PORT', port)), stderr)
        assert.doesNotMatch(stderr, /\n {4}at |node:internal/)
        const lines = stderr.trim().split('\n').length
        assert.ok(lines === 1 || (lines === 2 && stderr.includes(' cannot be used:\n  ')), stderr)
        assert.equal(stdout, '')
      })
    }
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
