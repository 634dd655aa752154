import { spawn, execFile, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../free-port.ts'

const run = promisify(execFile)

/** Modules every test server loads; missing files of a smaller build are left out. */
const standardModules = (
  'alias banexception callerid cap chanhistory chghost ircv3 ircv3_accounttag ircv3_batch ' +
  'inviteexception ircv3_capnotify ircv3_chghost ircv3_ctctags ircv3_invitenotify ircv3_servertime messageflood monitor namesx ' +
  'nickflood permchannels redirect sajoin sakick sanick saquit services_account sethost setname sslmodes stripcolor uhnames'
).split(' ')

/** Where distributions put the modules. */
const moduleFolders = [
  '/usr/lib/inspircd/modules',
  '/usr/lib/x86_64-linux-gnu/inspircd',
  '/usr/lib/aarch64-linux-gnu/inspircd',
]
const programs = ['/usr/sbin/inspircd', '/usr/bin/inspircd', '/usr/local/bin/inspircd']

export interface InspircdOptions {
  /** 0 or undefined: a free one. */
  readonly port?: number
  readonly network?: string
  readonly hasEcho?: boolean
  readonly hasLabels?: boolean
  readonly hasMessageIds?: boolean
  /** Modes of new channels. With `H` the server plays history back on join. */
  readonly defaultModes?: string
  /** The most history lines a joining person is sent. */
  readonly historyLines?: number
  readonly caseMapping?: 'ascii' | 'rfc1459'
  /** Real flood control as a public network has it: queued lines are held back. */
  readonly isThrottled?: boolean
  readonly password?: string
  /** Also listens with TLS, with a certificate made for this server. */
  readonly hasTls?: boolean
  readonly pingFrequencyS?: number
  /** More configuration, InspIRCd's own syntax. */
  readonly extra?: string
}

/** A real InspIRCd of its own on loopback; ended by its process id on dispose. */
export interface Inspircd extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly tlsPort: number | undefined
  /** PEM of the server's self-signed certificate. */
  readonly certificate: string | undefined
  readonly network: string
  readonly pid: number
  /** Every person of `<oper>`: OPER root root. */
  readonly operator: { readonly name: string; readonly password: string }
  /** Ends the server at once, as a power cut would; `restart` brings it back on the same ports with nothing remembered. */
  crash(): Promise<void>
  restart(): Promise<void>
}

/** The program's path; undefined when InspIRCd is not installed here. */
export function findInspircd(): string | undefined {
  return programs.find((path) => existsSync(path))
}

export async function startInspircd(options: InspircdOptions = {}): Promise<Inspircd> {
  const program = findInspircd()
  if (program === undefined) throw new Error('InspIRCd is not installed: apt-get install inspircd')
  const folder = await mkdtemp(join(tmpdir(), 'pons-inspircd-'))
  const port = options.port || (await freePort())
  const tls = options.hasTls === true ? await makeCertificate(folder) : undefined
  const tlsPort = tls === undefined ? undefined : await freePort()
  const network = options.network ?? 'TestNet'
  const config = join(folder, 'inspircd.conf')
  await writeFile(config, renderConfig(folder, { ...options, port, network, ...(tlsPort && { tlsPort }) }))

  let child = await launch(program, config)
  const endOnExit = (): void => void child.kill('SIGKILL')
  process.on('exit', endOnExit)

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return {
    host: '127.0.0.1',
    port,
    tlsPort,
    certificate: tls,
    network,
    operator: { name: 'root', password: 'root' },
    get pid() {
      return child.pid ?? 0
    },
    crash: () => end('SIGKILL'),
    async restart() {
      await end('SIGKILL')
      child = await launch(program, config)
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', endOnExit)
      await end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(program: string, config: string): Promise<ChildProcess> {
  const flags = ['--config', config, '--nofork', '--nopid']
  if (process.getuid?.() === 0) flags.push('--runasroot')
  const child = spawn(program, flags, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      if (output.includes('is now running')) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`InspIRCd ended with ${code} before it was ready:\n${output}`)))
  })
  // Output is read on, or a full pipe would stop the server.
  child.stdout.removeAllListeners('data').resume()
  child.stderr.removeAllListeners('data').resume()
  return child
}

async function makeCertificate(folder: string): Promise<string> {
  const key = join(folder, 'key.pem')
  const certificate = join(folder, 'cert.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30']
  await run('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate])
  return readFile(certificate, 'utf8')
}

interface ConfigInput extends InspircdOptions {
  readonly port: number
  readonly tlsPort?: number
  readonly network: string
}

function renderConfig(folder: string, options: ConfigInput): string {
  return [
    renderModules(options),
    tag('server', { name: 'irc.test', description: 'Test server', network: options.network, id: '0IR' }),
    tag('admin', { name: 'Test', nick: 'test', email: 'test@irc.test' }),
    tag('bind', { address: '127.0.0.1', port: options.port, type: 'clients' }),
    ...(options.tlsPort ? renderTls(folder, options.tlsPort) : []),
    renderConnectClass(options),
    tag('class', { name: 'all', commands: '*', privs: '*', usermodes: '*', chanmodes: '*', snomasks: '*' }),
    tag('type', { name: 'Root', classes: 'all', host: 'oper.irc.test' }),
    tag('oper', { name: 'root', password: 'root', host: '*@*', type: 'Root' }),
    tag('options', {
      casemapping: options.caseMapping ?? 'rfc1459',
      defaultmodes: options.defaultModes ?? 'nto',
      prefixquit: 'Quit: ',
      announcets: 'no',
    }),
    tag('performance', { netbuffersize: 65534, clonesonconnect: 'no', quietbursts: 'yes', timeskipwarn: 0 }),
    tag('limits', { maxnick: 30, maxchan: 60, maxident: 10, maxhost: 64, maxquit: 255, maxtopic: 330, maxkick: 300 }),
    tag('security', { customversion: 'test', hidesplits: 'no', maxtargets: 20 }),
    tag('channels', { users: 1000, opers: 1000 }),
    tag('maxlist', { chan: '*', limit: 1000 }),
    tag('chanhistory', { maxlines: options.historyLines ?? 200, prefixmsg: 'yes', bots: 'yes' }),
    tag('dns', { timeout: 1, server: '127.0.0.1' }),
    tag('log', {
      method: 'file',
      type: '* -USERINPUT -USEROUTPUT',
      level: 'default',
      target: join(folder, 'ircd.log'),
    }),
    options.extra ?? '',
    '',
  ].join('\n')
}

function renderModules(options: ConfigInput): string {
  const folder = moduleFolders.find((path) => existsSync(path)) ?? ''
  const optional = [
    options.hasEcho === false ? '' : 'ircv3_echomessage',
    options.hasLabels === false ? '' : 'ircv3_labeledresponse',
    options.hasMessageIds === false ? '' : 'ircv3_msgid',
    options.tlsPort === undefined ? '' : 'ssl_gnutls',
  ].filter((name) => name !== '')
  return [...standardModules, ...optional]
    .filter((name) => existsSync(join(folder, `m_${name}.so`)))
    .map((name) => tag('module', { name }))
    .join('\n')
}

function renderTls(folder: string, port: number): string[] {
  return [
    tag('sslprofile', {
      name: 'Clients',
      provider: 'gnutls',
      certfile: join(folder, 'cert.pem'),
      keyfile: join(folder, 'key.pem'),
      requestclientcert: 'yes',
    }),
    tag('bind', { address: '127.0.0.1', port, type: 'clients', sslprofile: 'Clients' }),
  ]
}

function renderConnectClass(options: ConfigInput): string {
  const flood = options.isThrottled
    ? { fakelag: 'yes', commandrate: 1000, threshold: 10, recvq: '10K' }
    : { fakelag: 'no', commandrate: 1_000_000, threshold: 100_000, recvq: '4M' }
  return tag('connect', {
    name: 'main',
    allow: '*',
    maxchans: 500,
    timeout: 30,
    pingfreq: `${options.pingFrequencyS ?? 120}s`,
    hardsendq: '64M',
    softsendq: '64M',
    localmax: 5000,
    globalmax: 5000,
    maxconnwarn: 'no',
    resolvehostnames: 'no',
    useident: 'no',
    limit: 10_000,
    modes: '+x',
    ...flood,
    ...(options.password && { password: options.password }),
  })
}

function tag(name: string, fields: Readonly<Record<string, string | number>>): string {
  const rendered = Object.entries(fields).map(([key, value]) => `${key}="${String(value).replaceAll('"', '&quot;')}"`)
  return `<${name} ${rendered.join(' ')}>`
}
