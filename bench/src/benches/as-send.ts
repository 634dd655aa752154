import { AppservicePeer } from '../appservice-peer.ts'
import type { BenchRun } from '../bench-run.ts'
import { BenchClient, inParallel } from '../client.ts'
import { cpuMs } from '../process-usage.ts'
import { quantile, type Figure } from '../result.ts'
import type { Target } from '../target.ts'
import { createRoom, ghostId, join, registerGhosts } from './ghosts.ts'

const ghosts = 1000
const rooms = 50
const sends = 20_000
const concurrency = 64

/** Sends of 1,000 ghosts of one application service into 50 rooms, 64 at once, each acknowledged when it is durable. */
export async function asSend(target: Target, { floor }: BenchRun): Promise<Figure[]> {
  await using _peer = await AppservicePeer.listen(target.appservicePort)
  await using client = new BenchClient(target.url, concurrency)
  const token = target.registration.as_token
  const run = Date.now().toString(36)
  const names = Array.from({ length: ghosts }, (_, index) => `send_${run}_${index}`)
  await registerGhosts(client, target, names)
  const roomIds: string[] = []
  for (let index = 0; index < rooms; index++) roomIds.push(await createRoom(client, target))
  await inParallel(ghosts, 32, (index) =>
    join(client, target, roomIds[index % rooms] ?? '', ghostId(target, names[index] ?? '')),
  )
  const durations: number[] = []
  const send = async (index: number): Promise<void> => {
    const roomId = roomIds[index % rooms] ?? ''
    const sentMs = performance.now()
    await client.call('PUT', `rooms/${encodeURIComponent(roomId)}/send/m.room.message/send-${index}`, {
      token,
      actAs: ghostId(target, names[index % ghosts] ?? ''),
      body: { msgtype: 'm.text', body: `measured message number ${index}, about as long as people write` },
    })
    durations.push(performance.now() - sentMs)
  }
  await inParallel(2000, concurrency, send)
  durations.length = 0
  const usedBefore = target.process && cpuMs(target.process)
  const startMs = performance.now()
  await inParallel(sends, concurrency, (index) => send(index + 2000))
  const seconds = (performance.now() - startMs) / 1000
  const p50 = quantile(durations, 0.5)
  const figures: Figure[] = [
    { bench: 'as-send', metric: 'per_s', value: sends / seconds, unit: '1/s' },
    { bench: 'as-send', metric: 'p50_ms', value: p50, unit: 'ms' },
    {
      bench: 'as-send',
      metric: 'p99_ms',
      value: quantile(durations, 0.99),
      unit: 'ms',
      target: { atMost: 4 * p50, words: '4 times the median' },
    },
  ]
  if (target.process !== undefined && usedBefore !== undefined) {
    const each = (cpuMs(target.process) - usedBefore) / sends
    const limit = { atMost: 7 * floor.signMs, words: '7 signatures' }
    figures.push({ bench: 'as-send', metric: 'cpu_ms', value: each, unit: 'ms', target: limit })
  }
  return figures
}
