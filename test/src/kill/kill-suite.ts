import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../irc/inspircd.ts'
import type { LoopbackNetwork } from '../loopback/loopback-network.ts'
import { loopbacks } from '../loopback/start-loopback.ts'
import { MatrixPerson } from '../matrix/matrix-person.ts'
import { judge, untilQuiet, type Judgement } from './judge.ts'
import { PonsProcess, type Fault } from './pons-process.ts'
import { seededRandom, type Random } from './seeded-random.ts'
import { Traffic } from './traffic.ts'

export interface KillOptions {
  /** Started by the caller; the suite ends it. */
  readonly network: LoopbackNetwork
  readonly rounds: number
  readonly seed: number
  /** sqlite in the folder when undefined. */
  readonly database?: string
  /** Address of a Redis server for the queue; the embedded one when undefined. */
  readonly redis?: string
  readonly say?: (line: string) => void
}

export interface KillResult extends Judgement {
  readonly network: string
  readonly rounds: number
  /** How often the process ended at which step, `random` for a kill from outside. */
  readonly kills: ReadonlyMap<string, number>
  readonly accepted: number
}

/** A step that is not reached in this time is not reached in this round: the process is killed from outside. */
const stepPatienceMs = 12_000
/** The longest that the last lines may take, with everything before them. */
const catchUpMs = 180_000

/** Every moment of framework and homeserver at which a write has happened and its acknowledgement has not. */
const commonSteps = [
  'bridge:inbox-stored',
  'bridge:outbox-stored',
  'bridge:transmitted',
  'bridge:outbox-recorded',
  'bridge:journal-stored',
  'bridge:matrix-sent',
  'bridge:journal-done',
  'homeserver:event-committed',
  'appservice:before-push',
  'appservice:before-delivered',
] as const

/** All moments at which a run may end the process; the network's own come first, while there is little history to play back. */
export function stepsOf(network: LoopbackNetwork): readonly string[] {
  return [...network.steps, ...commonSteps]
}

/**
 * Two-way traffic through a network's loopback side while the process that is homeserver and bridge is killed again and
 * again, then a comparison of both sides.
 */
export async function runKillSuite(options: KillOptions): Promise<KillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-kill-'))
  try {
    await using _network = options.network
    return await new KillRun(options, folder).run()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

class KillRun {
  readonly #options: KillOptions
  readonly #steps: readonly string[]
  readonly #configFile: string
  readonly #random: Random
  readonly #kills = new Map<string, number>()
  readonly #say: (line: string) => void
  readonly #folder: string

  constructor(options: KillOptions, folder: string) {
    this.#options = options
    this.#folder = folder
    this.#steps = stepsOf(options.network)
    this.#configFile = join(folder, 'pons.yaml')
    this.#random = seededRandom(options.seed)
    this.#say = options.say ?? (() => undefined)
  }

  async run(): Promise<KillResult> {
    const { network, rounds } = this.#options
    const port = await freePort()
    writeFileSync(this.#configFile, this.#configText(port))
    let pons = await PonsProcess.start(this.#configFile)
    await using stack = new AsyncDisposableStack()
    const people: MatrixPerson[] = []
    for (let number = 0; number < network.speakers; number++) {
      const account = { name: `speaker${number}`, password: 'password', timeoutMs: catchUpMs }
      people.push(stack.use(await MatrixPerson.register({ url: `http://127.0.0.1:${port}`, ...account })))
    }
    const [reader] = people
    if (reader === undefined) throw new Error('nobody can speak on this network')
    const chats = await network.enter(people)
    const isRemoteTalking = network.keepsHistory
    const traffic = new Traffic({ chats, people, isRemoteTalking, pauseMs: network.pauseMs * chats.length })
    for (let round = 1; round <= rounds; round++) {
      await this.#killOnce(pons, round)
      this.#say(`round ${round}: killed, starting again`)
      pons = await PonsProcess.start(this.#configFile, round === rounds ? undefined : this.#faultOf(round + 1))
    }
    await traffic.end()
    for (const chat of chats) await untilQuiet(chat, reader, isRemoteTalking)
    const judgement = await judge(network, reader, traffic.streams)
    await pons.kill('SIGTERM')
    const accepted = traffic.streams.reduce((total, { lines }) => total + lines.length, 0)
    return { ...judgement, network: network.id, rounds, kills: this.#kills, accepted }
  }

  #configText(port: number): string {
    const { network, database, redis } = this.#options
    const off = Object.fromEntries(Object.keys(loopbacks).map((id) => [id, false]))
    return JSON.stringify({
      listeners: [{ host: '127.0.0.1', port }],
      registration: { open: true },
      rate_limit: false,
      password_hashing: 'cheap',
      ...(database !== undefined && { database }),
      ...(redis !== undefined && { queue: { engine: 'bull', redis, prefix: `kill-${port}` } }),
      log: { level: 'info', file: join(this.#folder, 'pons.log') },
      networks: { ...off, [network.id]: network.settings },
    })
  }

  /** Odd rounds end at a named step, even ones at a random moment. */
  async #killOnce(pons: PonsProcess, round: number): Promise<void> {
    const fault = this.#faultOf(round)
    if (fault !== undefined) {
      const wasReached = await Promise.race([pons.ended.then(() => true), pause(stepPatienceMs).then(() => false)])
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
    const step = this.#steps[((round - 1) / 2) % this.#steps.length]
    return step === undefined ? undefined : { step, count: 2 + ((round * 7919 + this.#options.seed) % 15) }
  }

  #count(step: string): void {
    this.#kills.set(step, (this.#kills.get(step) ?? 0) + 1)
  }
}

/** The line that a run of the suite ends with. */
export function summaryLine(result: KillResult): string {
  const { network, rounds, lost, doubled, reordered, unknowable } = result
  return `network=${network} rounds=${rounds} lost=${lost} doubled=${doubled} reordered=${reordered} unknowable=${unknowable}`
}
