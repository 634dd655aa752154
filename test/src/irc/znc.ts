import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../free-port.ts'
import { endedWithUs } from './ended-with-us.ts'
import { untilListening } from './until-listening.ts'

export interface ZncOptions {
  /** The server that the bouncer stays connected to. */
  readonly port: number
  readonly nick: string
  readonly channels: readonly string[]
  /** False: what was played once is played again to whoever comes next, as with several clients. */
  readonly clearsBuffers: boolean
}

export interface Znc extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly password: string
}

const run = promisify(execFile)
const nobody = 65_534
const programs = ['/usr/bin/znc', '/usr/local/bin/znc']

/** The program's path; undefined when ZNC is not installed here. */
export function findZnc(): string | undefined {
  return programs.find((path) => existsSync(path))
}

/** A real ZNC of its own on loopback, which stays on a network for one person and plays what they missed. */
export async function startZnc(program: string, options: ZncOptions): Promise<Znc> {
  const folder = await mkdtemp(join(tmpdir(), 'pons-znc-'))
  const port = await freePort()
  await mkdir(join(folder, 'configs'))
  await writeFile(join(folder, 'configs', 'znc.conf'), renderConfig(port, options))
  const flags = ['--foreground', '--datadir', folder]
  // For root it waits half a minute before it starts.
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  if (user.uid !== undefined) await run('chown', ['-R', `${nobody}:${nobody}`, folder])
  const child = spawn(program, flags, { stdio: 'ignore', ...user })
  const server = endedWithUs(child, folder)
  await untilListening(port, child)
  return {
    host: '127.0.0.1',
    port,
    password: 'pons/net:secret',
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function renderConfig(port: number, { port: serverPort, nick, channels, clearsBuffers }: ZncOptions): string {
  const lines = [
    'Version = 1.8.2',
    'AnonIPLimit = 100',
    'ServerThrottle = 1',
    'ConnectDelay = 1',
    'ProtectWebSessions = false',
    '<Listener l>',
    'Host = 127.0.0.1',
    `Port = ${port}`,
    'IPv4 = true',
    'IPv6 = false',
    'SSL = false',
    '</Listener>',
    '<User pons>',
    'Pass = plain#secret',
    'Admin = true',
    `Nick = ${nick}`,
    `AltNick = ${nick}_`,
    `Ident = ${nick}`,
    'RealName = Pons',
    'MultiClients = true',
    'ChanBufferSize = 500',
    'QueryBufferSize = 500',
    'MaxQueryBuffers = 50',
    `AutoClearChanBuffer = ${clearsBuffers}`,
    `AutoClearQueryBuffer = ${clearsBuffers}`,
    '<Network net>',
    'FloodBurst = 1000',
    'FloodRate = 1000.00',
    'JoinDelay = 0',
    `Server = 127.0.0.1 ${serverPort}`,
    ...channels.flatMap((channel) => [`<Chan ${channel}>`, '</Chan>']),
    '</Network>',
    '</User>',
    '',
  ]
  return lines.join('\n')
}
