import { setTimeout as pause } from 'node:timers/promises'
import type { LoopbackNetwork } from '../loopback/loopback-network.ts'
import { MatrixPerson } from '../matrix/matrix-person.ts'
import { layGround, type Ground, type GroundOptions } from './ground.ts'
import { judge, untilQuiet, type Judgement } from './judge.ts'
import { PonsProcess, type Fault } from '../pons-process/pons-process.ts'
import { isRareStep, leadTo } from './rare-events.ts'
import { seededRandom, type Random } from './seeded-random.ts'
import { stepsIn } from './steps-in-code.ts'
import { speakersOf, Traffic } from './traffic.ts'
import { unmarked } from './unmarked.ts'

export interface KillOptions extends GroundOptions {
  /** Started by the caller; the suite ends it. */
  readonly network: LoopbackNetwork
  readonly rounds: number
  readonly seed: number
  /** Steps to end at when they are first reached; when undefined all that the code has, a little later each. */
  readonly steps?: readonly string[]
  readonly say?: (line: string) => void
}

export interface KillResult extends Omit<Judgement, 'events'> {
  /** Messages that are uncertain or were given up without a word in the room. */
  readonly unmarked: number
  readonly network: string
  readonly rounds: number
  /**
   * How often the process ended at which step; `random` is a kill from outside, `again` one right after a restart, `synapse`
   * one of the homeserver, where that is a process of its own.
   */
  readonly kills: ReadonlyMap<string, number>
  /** Steps at which the process never ended, where there were rounds enough for each to have two turns. */
  readonly missed: readonly string[]
  readonly accepted: number
}

/** A step that is not reached in this time is not reached in this round: the process is killed from outside. */
const stepPatienceMs = 30_000
/** Of a homeserver that cannot keep up with the usual talk: what waits at the end is to be there in minutes. */
const slowness = 12
/** So many times the rounds asked for, at most, until every named step was reached. */
const longest = 3
/** The longest that the last lines may take, with everything before them. */
const catchUpMs = 900_000

/** Steps that nothing in one process leads to: bridges in it are not pushed transactions that must be repeated byte for byte. */
const stepsOfOthers: readonly string[] = ['appservice:transaction-stored']

/** All moments at which a run may end the process; the network's own come first, while there is little history to play back. */
export function stepsOf(network: LoopbackNetwork, synapse?: string): readonly string[] {
  const folders = [`bridges/${network.id}`, 'core', ...(synapse === undefined ? ['homeserver'] : [])]
  const unreached = new Set([...stepsOfOthers, ...Object.keys(network.withoutSteps)])
  return folders.flatMap(stepsIn).filter((step) => !unreached.has(step))
}

/**
 * Two-way traffic through a network's loopback side while the process that is homeserver and bridge is killed again and
 * again, then a comparison of both sides. Where Synapse is the homeserver, either of the two processes is killed, or both.
 */
export async function runKillSuite(options: KillOptions): Promise<KillResult> {
  await using _network = options.network
  await using ground = await layGround(options)
  return await new KillRun(options, ground).run()
}

class KillRun {
  readonly #options: KillOptions
  /** In turn, for as long as there are rounds: a process that is to end at a step lives long enough to catch up. */
  readonly #faults: readonly Fault[]
  /** Named steps at which the process has not ended yet. */
  readonly #unreached: Set<string>
  readonly #ground: Ground
  readonly #random: Random
  readonly #kills = new Map<string, number>()
  /** What was begun for the sake of steps that no talk leads to. */
  readonly #begun: Promise<void>[] = []
  readonly #say: (line: string) => void

  constructor(options: KillOptions, ground: Ground) {
    this.#options = options
    this.#ground = ground
    this.#faults = options.steps?.map((step) => ({ step, count: 1 })) ?? faultsFor(options)
    this.#unreached = new Set(this.#faults.map(({ step }) => step))
    this.#random = seededRandom(options.seed)
    this.#say = options.say ?? (() => undefined)
  }

  async run(): Promise<KillResult> {
    const { network, rounds } = this.#options
    let pons = await this.#start()
    await using stack = new AsyncDisposableStack()
    const people: MatrixPerson[] = []
    for (let number = 0; number < network.speakers; number++) {
      const account = { name: `speaker${number}`, password: 'password', timeoutMs: catchUpMs }
      people.push(stack.use(await MatrixPerson.register({ url: this.#ground.url, ...account })))
    }
    const [reader] = people
    if (reader === undefined) throw new Error('nobody can speak on this network')
    const chats = await network.enter(people)
    const isRemoteTalking = network.keepsHistory
    const pauseMs = network.pauseMs * chats.length * (this.#ground.synapse === undefined ? 1 : slowness)
    const traffic = new Traffic({ chats, people, isRemoteTalking, pauseMs })
    let round = 0
    let fault: Fault | undefined
    while (round < rounds || (this.#unreached.size > 0 && round < longest * rounds)) {
      round++
      if (fault !== undefined) this.#begin(leadTo(fault.step, network, { reader, roomId: chats[0]?.roomId ?? '' }))
      await this.#killOnce(pons, { fault, round })
      if (round % 3 === 0) await this.#killAgain(round)
      this.#say(`round ${round}: killed${fault === undefined ? '' : `, to end at ${fault.step}`}; starting again`)
      // Odd rounds end at a random moment, even ones at a named step.
      fault = round % 2 === 1 ? this.#faultOf((round - 1) / 2) : undefined
      pons = await this.#start(fault)
    }
    await traffic.end()
    // The last process was to end at a step; what it was to do is left to one without faults.
    await pons.kill()
    pons = await this.#start()
    for (const chat of chats) await untilQuiet(chat, speakersOf(chat, people)[0]?.[1] ?? reader, isRemoteTalking)
    await Promise.all(this.#begun)
    const { events, ...judgement } = await judge(network, people, traffic.streams)
    await pons.kill('SIGTERM')
    const accepted = traffic.streams.reduce((total, { lines }) => total + lines.length, 0)
    const silent = await unmarked(this.#ground.database, events)
    const details = [...judgement.details, ...silent]
    return {
      ...judgement,
      details,
      unmarked: silent.length,
      network: network.id,
      rounds: round,
      kills: this.#kills,
      missed: round < enoughRounds(this.#faults) ? [] : [...this.#unreached],
      accepted,
    }
  }

  #begin(rare: Promise<void>): void {
    rare.catch(() => undefined)
    this.#begun.push(rare)
  }

  #spawn(fault?: Fault): PonsProcess {
    const trustsTestRoot = this.#options.network.id === 'whatsapp'
    return new PonsProcess({ configFile: this.#ground.configFile, fault, trustsTestRoot })
  }

  async #start(fault?: Fault): Promise<PonsProcess> {
    const pons = this.#spawn(fault)
    await pons.serving
    return pons
  }

  /** At the named step that the process was started with, or at a random moment. */
  async #killOnce(pons: PonsProcess, { fault, round }: { fault: Fault | undefined; round: number }): Promise<void> {
    if (fault !== undefined) {
      const patience = new AbortController()
      const isOver = pause(stepPatienceMs, false, { signal: patience.signal }).catch(() => false)
      const wasReached = await Promise.race([pons.ended.then(() => true), isOver])
      patience.abort()
      if (wasReached) return this.#count(fault.step)
    } else {
      await pause(50 + this.#random(450))
      // In turn: the homeserver first and the bridge in the midst of its start, both at once, the bridge alone.
      const turn = ((round - 1) / 2) % 3
      const restarted = turn < 2 ? this.#killHomeserver() : undefined
      if (turn === 0 && restarted !== undefined) await pause(this.#random(2500))
      await pons.kill()
      this.#count('random')
      return await restarted
    }
    await pons.kill()
    this.#count('random')
  }

  /** Resolves once it serves again. */
  async #killHomeserver(): Promise<void> {
    const { synapse } = this.#ground
    if (synapse === undefined) return
    await synapse.kill()
    this.#count('synapse')
    await synapse.start()
  }

  /** A second time, at most half a second after the first restart: while it starts, or as soon as it serves. */
  async #killAgain(round: number): Promise<void> {
    const pons = this.#spawn()
    if (round % 2 === 0) await pons.serving
    await pause(this.#random(501))
    await pons.kill()
    this.#count('again')
  }

  /** A step that was passed over in its turn is ended at as soon as it is reached in the next. */
  #faultOf(turn: number): Fault | undefined {
    const fault = this.#faults[turn % this.#faults.length]
    const wasMissed = turn >= this.#faults.length && fault !== undefined && this.#unreached.has(fault.step)
    return wasMissed ? { ...fault, count: 1 } : fault
  }

  #count(step: string): void {
    this.#unreached.delete(step)
    this.#kills.set(step, (this.#kills.get(step) ?? 0) + 1)
  }
}

/** Every other round ends at a named step. */
function enoughRounds(faults: readonly Fault[]): number {
  return 2 * 2 * faults.length
}

/** Each step is let pass a few times first, so that the process ends in the midst of its work. */
function faultsFor({ network, seed, synapse }: KillOptions): Fault[] {
  return stepsOf(network, synapse).map((step, index) => {
    const isRare = isRareStep(step)
    return { step, count: isRare ? 1 : 2 + ((index * 7919 + seed) % 15) }
  })
}

/** The line that a run of the suite ends with. */
export function summaryLine(result: KillResult): string {
  const { network, rounds, lost, doubled, reordered, unmarked: silent, unknowable } = result
  return `network=${network} rounds=${rounds} lost=${lost} doubled=${doubled} reordered=${reordered} unmarked=${silent} unknowable=${unknowable}`
}
