import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { judge, untilQuiet } from '../kill/judge.ts'
import { Traffic } from '../kill/traffic.ts'
import { startIrcLoopback } from '../loopback/irc-loopback.ts'
import type { LoopbackChat } from '../loopback/loopback-chat.ts'
import type { LoopbackNetwork } from '../loopback/loopback-network.ts'
import { loopbacks } from '../loopback/start-loopback.ts'
import { MatrixPerson } from '../matrix/matrix-person.ts'
import { SoakedPons, type Sample } from './soaked-pons.ts'

export interface SoakOptions {
  readonly minutes: number
  /** Between two lines of one speaker. */
  readonly pauseMs: number
  /** How long what is done is kept. */
  readonly keepMinutes: number
  readonly say: (line: string) => void
}

export interface SoakResult {
  readonly messages: number
  readonly lost: number
  readonly doubled: number
  /** Bytes of database a message: as it is written, and once what is done has gone. */
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** The same in the second half, when as much goes as comes. */
  readonly bytesSteady: number
  /** Bytes of heap and of memory a message, in the second half. */
  readonly heapSlope: number
  readonly rssSlope: number
  readonly details: readonly string[]
}

const rooms = 50
const samples = 12

/** Talk both ways in fifty rooms of three networks, then a comparison of both sides, and what is left in memory and on disk. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-soak-'))
  try {
    await using stack = new AsyncDisposableStack()
    const others = Object.entries(loopbacks).filter(([id]) => id !== 'irc')
    const messengers = await Promise.all(others.map(([, { start }]) => start()))
    for (const network of messengers) stack.use(network)
    const channels = rooms - 1 - messengers.length * 2
    const irc = await startIrcLoopback({ more: Array.from({ length: channels }, (_, index) => `#room${index}`) })
    stack.use(irc)
    const networks = [irc, ...messengers]
    const port = await freePort()
    const configFile = join(folder, 'pons.yaml')
    writeFileSync(configFile, configText(networks, { port, folder, keepHours: options.keepMinutes / 60 }))
    const pons = stack.use(await SoakedPons.start(configFile, join(folder, 'data', 'pons.db')))
    const account = { url: `http://127.0.0.1:${port}`, password: 'password', timeoutMs: 180_000 }
    const person = stack.use(await MatrixPerson.register({ ...account, name: 'soaked' }))
    return await soak(options, { pons, person, networks })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Cast {
  readonly pons: SoakedPons
  readonly person: MatrixPerson
  readonly networks: readonly LoopbackNetwork[]
}

async function soak(options: SoakOptions, { pons, person, networks }: Cast): Promise<SoakResult> {
  const { minutes, pauseMs, keepMinutes, say } = options
  const entered: { network: LoopbackNetwork; chats: readonly LoopbackChat[] }[] = []
  for (const network of networks) entered.push({ network, chats: await network.enter([person]) })
  const begin = await pons.sample()
  const talk = entered.map(({ network, chats }) => ({
    network,
    chats,
    traffic: new Traffic({ chats, people: [person], isRemoteTalking: true, pauseMs }),
  }))
  const accepted = (): number =>
    talk.reduce((sum, { traffic }) => sum + traffic.streams.reduce((total, { lines }) => total + lines.length, 0), 0)
  const taken: { readonly messages: number; readonly sample: Sample }[] = []
  for (let number = 1; number <= samples; number++) {
    await pause((minutes * 60_000) / samples)
    const sample = await pons.sample()
    taken.push({ messages: accepted(), sample })
    say(line(`${((minutes * number) / samples).toFixed(1)} min`, accepted(), sample))
  }
  for (const { traffic } of talk) await traffic.end()
  let [lost, doubled] = [0, 0]
  const details: string[] = []
  for (const { network, chats, traffic } of talk) {
    for (const chat of chats) await untilQuiet(chat, person, true)
    const judgement = await judge(network, [person], traffic.streams)
    lost += judgement.lost
    doubled += judgement.doubled
    details.push(...judgement.details)
  }
  // Until the last of it is old, and the next pruning has been.
  await pause(keepMinutes * 60_000 * 1.25 + 5000)
  const end = await pons.sample()
  say(line('quiet', accepted(), end))
  for (const { name, bytes } of pons.largest(16)) say(`  ${name}: ${Math.round(bytes / accepted())} bytes a message`)
  const half = taken[Math.floor(samples / 2) - 1]
  const last = taken.at(-1)
  const first = taken[0]
  if (half === undefined || last === undefined || first === undefined) throw new Error('no samples')
  return {
    messages: accepted(),
    lost,
    doubled,
    bytesBefore: (first.sample.database - begin.database) / first.messages,
    bytesSteady: (last.sample.database - half.sample.database) / (last.messages - half.messages),
    bytesAfter: (end.database - begin.database) / accepted(),
    heapSlope: (last.sample.heapUsed - half.sample.heapUsed) / (last.messages - half.messages),
    rssSlope: (last.sample.rss - half.sample.rss) / (last.messages - half.messages),
    details,
  }
}

function line(when: string, messages: number, { rss, heapUsed, database }: Sample): string {
  const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)
  return `${when}: ${messages} messages, rss ${mib(rss)} MiB, heap ${mib(heapUsed)} MiB, database ${mib(database)} MiB`
}

function configText(
  networks: readonly LoopbackNetwork[],
  { port, folder, keepHours }: { port: number; folder: string; keepHours: number },
): string {
  return JSON.stringify({
    listeners: [{ host: '127.0.0.1', port }],
    registration: { open: true },
    rate_limit: false,
    password_hashing: 'cheap',
    keep_transaction_ids_hours: keepHours,
    bridge: { keep_done_hours: keepHours },
    log: { level: 'warn', file: join(folder, 'pons.log') },
    networks: Object.fromEntries(networks.map(({ id, settings }) => [id, settings])),
  })
}
