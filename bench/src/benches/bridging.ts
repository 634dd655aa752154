import { setTimeout as pause } from 'node:timers/promises'
import type { BenchRun } from '../bench-run.ts'
import type { LoopbackChat, MatrixPerson } from '@pons/test'
import { chatOf, onBridgedStage } from '../bridged-stage.ts'
import type { Floor } from '../floor.ts'
import { quantile, type Figure } from '../result.ts'

const burst = 3000
const idleMessages = 200
const idlePauseMs = 20

/** Messages a second from a network into Matrix, each durable on its way, and how long a single one takes when it is quiet. */
export async function networkIn(name: string, requests: number, { floor }: BenchRun): Promise<Figure[]> {
  return await onBridgedStage([name], async (stage) => {
    const { person } = stage
    const chat = chatOf(stage, name)
    const latencies = await latenciesIn(person, chat, idleMessages)
    const startedMs = performance.now()
    await inWaves(burst, 50, (number) => chat.say(`burst ${number}`))
    await person.hear(`burst ${burst}`, chat.roomId)
    return figures(`${name}-in`, { floor, requests, rate: rate(startedMs), latencies })
  })
}

/** Messages a second from Matrix to a network's chats, as their other side has them. */
export async function matrixOut(requests: number, { floor }: BenchRun): Promise<Figure[]> {
  return await onBridgedStage(['telegram'], async (stage) => {
    const { person } = stage
    const chats = stage.chats.get('telegram') ?? []
    const chat = chatOf(stage, 'telegram')
    const latencies: number[] = []
    for (let number = 0; number < idleMessages; number++) {
      const text = `idle ${number}`
      const startedMs = performance.now()
      await person.say(chat.roomId, text)
      await chat.seeing((message) => message.text === text, text)
      latencies.push(performance.now() - startedMs)
      await pause(idlePauseMs)
    }
    const startedMs = performance.now()
    const turn = (number: number): LoopbackChat => chats[number % chats.length] ?? chat
    await inWaves(burst, 10, (number) => person.say(turn(number).roomId, `burst ${number}`))
    for (let number = burst; number > burst - 10 * chats.length; number--) {
      await turn(number).seeing(({ text }) => text === `burst ${number}`, 'the last of the burst')
    }
    return figures('matrix-out', { floor, requests, rate: rate(startedMs), latencies })
  })
}

/** How much longer a message on one network takes while another network is flooded. */
export async function flood(): Promise<Figure[]> {
  return await onBridgedStage(['irc', 'telegram'], async (stage) => {
    const { person } = stage
    const quiet = quantile(await latenciesIn(person, chatOf(stage, 'telegram'), idleMessages), 0.5)
    const flooded = chatOf(stage, 'irc')
    let isFlooding = true
    const flooding = (async () => {
      while (isFlooding) await inWaves(50, 50, (number) => flooded.say(`flood ${number}`))
    })()
    const during = quantile(await latenciesIn(person, chatOf(stage, 'telegram'), idleMessages), 0.5)
    isFlooding = false
    await flooding
    return [
      { bench: 'flood', metric: 'quiet_p50_ms', value: quiet, unit: 'ms' },
      { bench: 'flood', metric: 'flooded_p50_ms', value: during, unit: 'ms' },
      { bench: 'flood', metric: 'slowdown', value: during / quiet, unit: 'x', target: { atMost: 2 } },
    ]
  })
}

async function latenciesIn(person: MatrixPerson, chat: LoopbackChat, count: number): Promise<number[]> {
  const latencies: number[] = []
  for (let number = 0; number < count; number++) {
    const text = `single ${number} of ${performance.now()}`
    const startedMs = performance.now()
    await chat.say(text)
    await person.hear(text, chat.roomId)
    latencies.push(performance.now() - startedMs)
    await pause(idlePauseMs)
  }
  return latencies
}

/** So many at a time, so that what is measured is not the way of the one who speaks to their own server. */
async function inWaves(count: number, width: number, say: (number: number) => Promise<unknown>): Promise<void> {
  for (let first = 1; first <= count; first += width) {
    await Promise.all(Array.from({ length: width }, (_, index) => say(first + index)))
    // The network's own side runs in this process, and must get to send.
    await pause(0)
  }
}

function rate(startedMs: number): number {
  return (burst * 1000) / (performance.now() - startedMs)
}

interface Measured {
  readonly floor: Floor
  /** What a message may cost, in requests of a server that does nothing. */
  readonly requests: number
  readonly rate: number
  readonly latencies: readonly number[]
}

function figures(bench: string, { floor, requests, rate, latencies }: Measured): Figure[] {
  const least = { atLeast: floor.requestsPerS / requests, words: `as long as ${requests} requests` }
  const most = { atMost: 6 * (floor.hopMs + floor.syncMs), words: '6 requests, 6 fdatasyncs' }
  return [
    { bench, metric: 'per_s', value: rate, unit: '/s', target: least },
    { bench, metric: 'idle_p50_ms', value: quantile([...latencies], 0.5), unit: 'ms', target: most },
  ]
}
