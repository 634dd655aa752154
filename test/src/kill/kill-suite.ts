import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, startInspircd, type Inspircd } from '../irc/inspircd.ts'
import { IrcPerson } from '../irc/irc-person.ts'
import { MatrixPerson } from '../matrix/matrix-person.ts'
import { compare, type Comparison } from './compare.ts'
import { PonsProcess, type Fault } from './pons-process.ts'
import { seededRandom, type Random } from './seeded-random.ts'
import { Traffic } from './traffic.ts'

export interface KillOptions {
  readonly rounds: number
  readonly seed: number
  /** sqlite in the folder when undefined. */
  readonly database?: string
  /**
   * False: the IRC server keeps no history, so a line that was being sent at the kill is unknowable and must be marked; what is
   * said on IRC while the bridge is away reaches nobody, so IRC is silent. Default true.
   */
  readonly hasHistory?: boolean
  readonly say?: (line: string) => void
}

export interface KillResult {
  readonly rounds: number
  readonly lost: number
  readonly doubled: number
  readonly reordered: number
  readonly unknowable: number
  /** How often the process ended at which step, `random` for a kill from outside. */
  readonly kills: ReadonlyMap<string, number>
  readonly accepted: number
  readonly details: readonly string[]
}

const channel = '#kill'

/** Every moment at which a write has happened and its acknowledgement has not. */
export const steps = [
  'bridge:inbox-stored',
  'bridge:outbox-stored',
  'irc:before-write',
  'irc:written',
  'irc:answered',
  'bridge:transmitted',
  'bridge:outbox-recorded',
  'bridge:journal-stored',
  'bridge:matrix-sent',
  'bridge:journal-done',
  'homeserver:event-committed',
  'appservice:transaction-stored',
  'appservice:before-push',
  'appservice:before-delivered',
] as const

/**
 * Two-way traffic through a real IRC server while the process that is homeserver and bridge is killed again and again,
 * then a comparison of both sides.
 */
export async function runKillSuite(options: KillOptions): Promise<KillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-kill-'))
  try {
    // History must reach back over everything said while the bridge was away, which may be several kills in a row.
    const history = { defaultModes: 'ntH 6000:1h', historyLines: 6000 }
    await using irc = await startInspircd(options.hasHistory === false ? { defaultModes: 'nt' } : history)
    return await new KillRun(options, folder, irc).run()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

class KillRun {
  readonly #options: KillOptions
  readonly #irc: Inspircd
  readonly #configFile: string
  readonly #random: Random
  readonly #kills = new Map<string, number>()
  readonly #say: (line: string) => void
  readonly #folder: string

  constructor(options: KillOptions, folder: string, irc: Inspircd) {
    this.#options = options
    this.#folder = folder
    this.#irc = irc
    this.#configFile = join(folder, 'pons.yaml')
    this.#random = seededRandom(options.seed)
    this.#say = options.say ?? (() => undefined)
  }

  async run(): Promise<KillResult> {
    const port = await freePort()
    const secret = 'kill-suite-shared-secret'
    writeFileSync(this.#configFile, this.#configText(port, secret))
    let pons = await PonsProcess.start(this.#configFile)
    const url = `http://127.0.0.1:${port}`
    await using person = await IrcPerson.connect({ host: this.#irc.host, port: this.#irc.port, nick: 'talker' })
    await person.join(channel)
    const names = ['relayed', 'alsorelayed']
    for (const name of names) await registerByPassword(url, name)
    await using first = await MatrixPerson.logIn({ url, name: names[0] ?? '', password: 'password', timeoutMs: 60_000 })
    await using second = await MatrixPerson.logIn({
      url,
      name: names[1] ?? '',
      password: 'password',
      timeoutMs: 60_000,
    })
    const alias = `#irc_kill_${channel}:localhost`
    const roomId = await first.join(alias)
    await second.join(alias)
    const hasHistory = this.#options.hasHistory !== false
    const traffic = new Traffic({
      irc: hasHistory ? person : undefined,
      matrix: [first, second],
      roomId,
      channel,
      pauseMs: 25,
    })
    for (let round = 1; round <= this.#options.rounds; round++) {
      await this.#killOnce(pons, round)
      pons = await this.#restart(round)
    }
    await traffic.end()
    await this.#untilQuiet(person, first, roomId)
    const result = await this.#judge({ person, reader: first, roomId, traffic })
    await pons.kill('SIGTERM')
    return result
  }

  #configText(port: number, secret: string): string {
    const flood = { burst_lines: 1000, lines_per_second: 2000, burst_bytes: 200_000, bytes_per_second: 400_000 }
    const reconnect = { first_ms: 50, longest_ms: 500, throttled_ms: 500, refused_ms: 500, stable_ms: 1000 }
    return JSON.stringify({
      listeners: [{ host: '127.0.0.1', port }],
      registration: { open: true, shared_secret: secret },
      rate_limit: false,
      password_hashing: 'cheap',
      ...(this.#options.database !== undefined && { database: this.#options.database }),
      log: { level: 'info', file: join(this.#folder, 'pons.log') },
      networks: {
        irc: {
          regain_interval_ms: 200,
          reconnect,
          networks: {
            kill: { address: this.#irc.host, port: this.#irc.port, tls: 'plain', channels: [channel], flood },
          },
        },
      },
    })
  }

  /** Odd rounds end at a named step, even ones at a random moment. */
  async #killOnce(pons: PonsProcess, round: number): Promise<void> {
    const fault = this.#faultOf(round)
    if (fault !== undefined) {
      const wasReached = await Promise.race([pons.ended.then(() => true), pause(5000).then(() => false)])
      if (wasReached) return this.#count(fault.step)
    } else {
      await pause(50 + this.#random(450))
    }
    await pons.kill()
    this.#count('random')
  }

  /** The fault that the process of a round was started with; the first process has none. */
  #faultOf(round: number): Fault | undefined {
    if (round % 2 === 0 || round === 1) return undefined
    const step = steps[((round - 1) / 2) % steps.length]
    return step === undefined ? undefined : { step, count: 3 + ((round * 7919 + this.#options.seed) % 40) }
  }

  async #restart(round: number): Promise<PonsProcess> {
    this.#say(`round ${round}: killed, starting again`)
    return await PonsProcess.start(
      this.#configFile,
      round === this.#options.rounds ? undefined : this.#faultOf(round + 1),
    )
  }

  #count(step: string): void {
    this.#kills.set(step, (this.#kills.get(step) ?? 0) + 1)
  }

  /** A last line each way that arrives says that everything before it was dealt with. */
  async #untilQuiet(person: IrcPerson, matrix: MatrixPerson, roomId: string): Promise<void> {
    await matrix.say(roomId, 'the last line from Matrix')
    if (this.#options.hasHistory !== false) {
      person.say(channel, 'the last line from IRC')
      await matrix.hear('the last line from IRC', roomId)
    }
    const deadlineMs = performance.now() + 60_000
    while (!person.heard(channel).some(({ text }) => text.endsWith('the last line from Matrix'))) {
      if (performance.now() > deadlineMs) throw new Error('the last line from Matrix never came')
      await pause(50)
    }
  }

  async #judge(parts: {
    person: IrcPerson
    reader: MatrixPerson
    roomId: string
    traffic: Traffic
  }): Promise<KillResult> {
    const { person, reader, roomId, traffic } = parts
    const events = await reader.history(roomId)
    const bodies = new Map(events.map(({ event_id: id, content }) => [id, String(content['body'])]))
    const uncertain = new Set(
      events
        .filter(({ type, content }) => type === 'com.beeper.message_send_status' && content['is_certain'] === false)
        .map(({ content }) => bodies.get((content['m.relates_to'] as { event_id: string }).event_id) ?? ''),
    )
    const onMatrix = events
      .filter(({ sender }) => sender.startsWith('@irc_'))
      .map(({ content }) => String(content['body']))
    const heard = person.heard(channel).filter(({ isHistory }) => !isHistory)
    const onIrc = heard.map(({ text }) => text.replace(/^<[^>]*> /, ''))
    const comparisons: [string, Comparison][] = [['IRC to Matrix', compare(traffic.fromIrc, onMatrix, new Set())]]
    for (const [userId, accepted] of traffic.fromMatrix) {
      comparisons.push([`${userId} to IRC`, compare(accepted, onIrc, uncertain)])
    }
    const sum = (of: keyof Pick<Comparison, 'lost' | 'doubled' | 'reordered'>) =>
      comparisons.reduce((total, [, comparison]) => total + comparison[of], 0)
    return {
      rounds: this.#options.rounds,
      lost: sum('lost'),
      doubled: sum('doubled'),
      reordered: sum('reordered'),
      unknowable: uncertain.size,
      kills: this.#kills,
      accepted:
        traffic.fromIrc.length + [...traffic.fromMatrix.values()].reduce((total, { length }) => total + length, 0),
      details: comparisons.flatMap(([name, { missing, twice }]) => [
        ...missing.map((line) => `${name}: lost ${line}`),
        ...twice.map((line) => `${name}: doubled ${line}`),
      ]),
    }
  }
}

async function registerByPassword(url: string, username: string): Promise<void> {
  const response = await fetch(`${url}/_matrix/client/v3/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'password', auth: { type: 'm.login.dummy' }, inhibit_login: true }),
  })
  if (!response.ok) throw new Error(`could not register ${username}: ${await response.text()}`)
}

/** The line that a run of the suite ends with. */
export function summaryLine(result: KillResult): string {
  const { rounds, lost, doubled, reordered, unknowable } = result
  return `rounds=${rounds} lost=${lost} doubled=${doubled} reordered=${reordered} unknowable=${unknowable}`
}
