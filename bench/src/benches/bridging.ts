import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, loopbacks, MatrixPerson, type LoopbackChat, type LoopbackNetwork } from '@pons/test'
import { quantile, type Figure } from '../result.ts'
import { startServer, stop, untilReady } from '../target.ts'

const burst = 3000
const idleMessages = 200
const idlePauseMs = 20

interface Stage {
  readonly person: MatrixPerson
  readonly chat: LoopbackChat
  /** All of them, `chat` first. */
  readonly chats: readonly LoopbackChat[]
}

/** Messages a second from a network into Matrix, each durable on its way, and how long a single one takes when it is quiet. */
export async function networkIn(name: string, perSecond: number): Promise<Figure[]> {
  return await onStage(name, async ({ person, chat }) => {
    const latencies: number[] = []
    for (let number = 0; number < idleMessages; number++) {
      const text = `idle ${number}`
      const startedMs = performance.now()
      await chat.say(text)
      await person.hear(text, chat.roomId)
      latencies.push(performance.now() - startedMs)
      await pause(idlePauseMs)
    }
    const startedMs = performance.now()
    await inWaves((number) => chat.say(`burst ${number}`), 50)
    await person.hear(`burst ${burst}`, chat.roomId)
    return figures(`${name}-in`, { perSecond, rate: rate(startedMs), latencies })
  })
}

/** Messages a second from Matrix to a network's chats, as their other side has them. */
export async function matrixOut(perSecond: number): Promise<Figure[]> {
  return await onStage('telegram', async ({ person, chat, chats }) => {
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
    const chatOf = (number: number): LoopbackChat => chats[number % chats.length] ?? chat
    await inWaves((number) => person.say(chatOf(number).roomId, `burst ${number}`), 10)
    for (let number = burst; number > burst - 10 * chats.length; number--) {
      await chatOf(number).seeing(({ text }) => text === `burst ${number}`, 'the last of the burst')
    }
    return figures('matrix-out', { perSecond, rate: rate(startedMs), latencies })
  })
}

/** So many at a time, so that what is measured is not the way of the one who speaks to their own server. */
async function inWaves(say: (number: number) => Promise<unknown>, width: number): Promise<void> {
  for (let first = 1; first <= burst; first += width) {
    await Promise.all(Array.from({ length: width }, (_, index) => say(first + index)))
    // The network's own side runs in this process, and must get to send.
    await pause(0)
  }
}

function rate(startedMs: number): number {
  return (burst * 1000) / (performance.now() - startedMs)
}

function figures(bench: string, measured: { perSecond: number; rate: number; latencies: readonly number[] }): Figure[] {
  const idle = quantile([...measured.latencies], 0.5)
  return [
    { bench, metric: 'per_s', value: measured.rate, unit: '/s', target: { atLeast: measured.perSecond } },
    { bench, metric: 'idle_p50_ms', value: idle, unit: 'ms', target: { atMost: 10 } },
  ]
}

/** Pons in a process of its own, as an operator runs it; the network and the people in this one. */
async function onStage(name: string, measure: (stage: Stage) => Promise<Figure[]>): Promise<Figure[]> {
  const loopback = loopbacks[name]
  if (loopback === undefined) throw new Error(`${name} has no loopback side`)
  await using network = await loopback.start()
  const folder = mkdtempSync(join(tmpdir(), 'pons-bench-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeFileSync(join(folder, 'pons.yaml'), settingsFor(network, port))
  const child = startServer(folder)
  try {
    await untilReady(url, child)
    const account = { name: 'bench', password: 'bench-password', timeoutMs: 120_000 }
    await using person = await MatrixPerson.register({ url, ...account })
    const chats = await network.enter([person])
    const [chat] = chats
    if (chat === undefined) throw new Error(`${name} has no chat`)
    return await measure({ person, chat, chats })
  } finally {
    await stop(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

function settingsFor(network: LoopbackNetwork, port: number): string {
  const off = Object.fromEntries(Object.keys(loopbacks).map((id) => [id, false]))
  return JSON.stringify({
    listeners: [{ host: '127.0.0.1', port }],
    registration: { open: true },
    rate_limit: false,
    password_hashing: 'cheap',
    log: { level: 'warn' },
    networks: { ...off, [network.id]: network.settings },
  })
}
