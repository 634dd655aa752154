import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPerson } from '@pons/homeserver'
import { userIdOf } from '@pons/matrix'
import { IrcPerson, loopbacks, MatrixPerson, startInspircd, type Inspircd, type LoopbackNetwork } from '@pons/test'
import { abortedBy } from '../aborted-by.ts'
import { loadConfig } from '../config/load-config.ts'
import { createLogger } from '../logger.ts'
import { whatsApp, whatsAppPackage } from '../optional-whatsapp.ts'
import { runPons, type RunningPons } from '../run-pons.ts'
import { converse, type Stage } from './conversation.ts'
import { exchangeOn } from './exchange.ts'
import { Transcript } from './transcript.ts'

export interface DemoOptions {
  /** Check the exchange and end. */
  readonly isOnce: boolean
  /** Of the homeserver. */
  readonly port: number
}

const channel = '#pons'
const network = 'demo'

interface Messenger {
  readonly name: string
  /** How one logs in, for those who watch. */
  readonly login: string
}

const messengersById: Readonly<Record<string, Messenger>> = {
  telegram: { name: 'Telegram', login: '`login phone`, then the number, the code and the password' },
  whatsapp: { name: 'WhatsApp', login: '`login qr`, and a phone that scans the picture' },
}

/** A real IRC server, servers of the other networks, a homeserver and the bridges, with somebody on each side talking. Returns the exit code. */
export async function demo({ isOnce, port }: DemoOptions): Promise<number> {
  // Listened for from here on: whenever it comes, the servers that were started are ended. A terminal that is closed sends SIGHUP.
  const toldToEnd = once(abortedBy('SIGINT', 'SIGTERM', 'SIGHUP'), 'abort')
  const folder = mkdtempSync(join(tmpdir(), 'pons-demo-'))
  try {
    await using server = await startInspircd({ network: 'DemoNet', defaultModes: 'ntoH 100:1h' })
    await using stack = new AsyncDisposableStack()
    const messengers: LoopbackNetwork[] = []
    for (const name of messengerNames()) messengers.push(stack.use(await startLoopback(name)))
    const config = join(folder, 'pons.yaml')
    writeFileSync(config, configText({ server, messengers, isOnce }, port))
    const loaded = loadConfig(config)
    const logger = createLogger({ level: 'warn', file: join(folder, 'pons.log') })
    await using pons = await runPons({ loaded, logger })
    const cutOff = toldToEnd.then(() => (isOnce ? 1 : 0))
    return await Promise.race([cutOff, play({ pons, server, messengers, isOnce })])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Parts {
  readonly server: Inspircd
  readonly messengers: readonly LoopbackNetwork[]
  readonly isOnce: boolean
}

function messengerNames(): string[] {
  if (whatsApp !== undefined) return ['telegram', 'whatsapp']
  console.log(`${whatsAppPackage} is not installed: the demonstration goes without WhatsApp.\n`)
  return ['telegram']
}

async function startLoopback(name: string): Promise<LoopbackNetwork> {
  const loopback = loopbacks[name]
  if (loopback === undefined) throw new Error(`${name} has no loopback side`)
  return await loopback.start()
}

function configText({ server, messengers }: Parts, port: number): string {
  const others = Object.fromEntries(messengers.map(({ id, settings }) => [id, settings]))
  return JSON.stringify({
    listeners: [{ host: '127.0.0.1', port }],
    password_hashing: 'cheap',
    networks: { irc: { networks: { [network]: ircNetwork(server) } }, ...others },
  })
}

function ircNetwork({ host, port }: Inspircd) {
  const flood = { burst_lines: 100, lines_per_second: 50, burst_bytes: 65_536, bytes_per_second: 65_536 }
  return { address: host, port, tls: 'plain', channels: [channel], flood }
}

async function play({ pons, server, messengers, isOnce }: Parts & { pons: RunningPons }): Promise<number> {
  const url = pons.urls[0] ?? ''
  const account = { name: 'matrix-person', password: 'demonstration' }
  await createPerson(pons.homeserver.services, {
    userId: userIdOf(account.name, pons.serverName),
    password: account.password,
  })
  await using matrix = await MatrixPerson.logIn({ url, ...account })
  await using irc = await IrcPerson.connect({ host: server.host, port: server.port, nick: 'irc-person' })
  await irc.join(channel)
  const roomId = await matrix.join(`#irc_${network}_${channel}:${pons.serverName}`)
  const stage: Stage = { matrix, irc, roomId, channel }
  const transcript = new Transcript(stage)
  console.log(`Bridging ${channel} on a real IRC server (${server.host}:${server.port}) to a Matrix room (${url}).\n`)
  const problems = await converse(stage)
  await transcript.catchUp()
  for (const messenger of messengers) {
    const { name, login } = messengersById[messenger.id] ?? { name: messenger.id, login: '`login`' }
    console.log(`\nNow ${name}, on a server of this machine: ${login} …\n`)
    problems.push(...(await exchangeOn(name, matrix, await messenger.enter([matrix]))))
  }
  if (problems.length > 0) {
    console.error(`\nThe exchange failed:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    return 1
  }
  console.log('\nEverything that any side said arrived on the other, once and in order.')
  if (isOnce) return 0
  console.log(invitation(url, server, account))
  transcript.follow()
  return await new Promise<never>(() => undefined)
}

function invitation(url: string, server: Inspircd, account: { name: string; password: string }): string {
  return [
    '',
    'Join in:',
    `  with IRC      irssi --connect=${server.host} --port=${server.port}   then /join ${channel}`,
    `  with Matrix   homeserver ${url}, user ${account.name}, password ${account.password}`,
    'Ctrl-C ends the demonstration and leaves nothing behind.',
    '',
  ].join('\n')
}
