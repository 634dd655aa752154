import { setTimeout as pause } from 'node:timers/promises'
import { AppservicePeer } from '../appservice-peer.ts'
import { BusyDisk } from '../busy-disk.ts'
import { BenchClient } from '../client.ts'
import type { BenchRun } from '../bench-run.ts'
import { quantile, type Figure } from '../result.ts'
import type { Target } from '../target.ts'
import { createRoom, ghostId, join, registerGhost } from './ghosts.ts'

const sends = 1500
const perSecond = 100

/** Milliseconds from the send's request leaving the driver to its event reaching the application service, at 100 a second. */
export async function asLatency(target: Target, { floor }: BenchRun): Promise<Figure[]> {
  const latencies = await measure(target)
  const p50 = quantile(latencies, 0.5)
  const least = { atMost: 2 * floor.hopMs + floor.syncMs + 1, words: '2 requests, 1 fdatasync, 1 ms' }
  return [
    { bench: 'as-latency', metric: 'p50_ms', value: p50, unit: 'ms', target: least },
    tail('as-latency', latencies),
  ]
}

/** The same while another process keeps the disk busy. */
export async function asLatencyBusyDisk(target: Target): Promise<Figure[]> {
  await using _neighbour = await BusyDisk.begin()
  const latencies = await measure(target)
  const p50 = quantile(latencies, 0.5)
  return [
    { bench: 'as-latency-busy-disk', metric: 'p50_ms', value: p50, unit: 'ms' },
    tail('as-latency-busy-disk', latencies),
  ]
}

function tail(bench: string, latencies: readonly number[]): Figure {
  const target = { atMost: 5 * quantile(latencies, 0.5), words: '5 times the median' }
  return { bench, metric: 'p99_ms', value: quantile(latencies, 0.99), unit: 'ms', target }
}

async function measure(target: Target): Promise<number[]> {
  await using peer = await AppservicePeer.listen(target.appservicePort)
  await using client = new BenchClient(target.url, 4)
  const token = target.registration.as_token
  const run = Date.now().toString(36)
  await registerGhost(client, target, `latency_${run}`)
  const ghost = ghostId(target, `latency_${run}`)
  const roomId = await createRoom(client, target)
  await join(client, target, roomId, ghost)
  const started = new Map<string, number>()
  const startMs = performance.now()
  const sending: Promise<void>[] = []
  for (let index = 0; index < sends; index++) {
    const dueMs = startMs + (index * 1000) / perSecond
    if (dueMs > performance.now()) await pause(dueMs - performance.now())
    sending.push(send(index))
  }
  await Promise.all(sending)
  await Promise.all([...started.keys()].map((eventId) => peer.received(eventId)))
  // The first second warms both sides up.
  return [...started].slice(perSecond).map(([id, sentMs]) => (peer.arrivals.get(id) ?? Number.NaN) - sentMs)

  async function send(index: number): Promise<void> {
    const sentMs = performance.now()
    const path = `rooms/${encodeURIComponent(roomId)}/send/m.room.message/latency-${index}`
    const body = { msgtype: 'm.text', body: `measured message number ${index}, about as long as people write` }
    const answer = await client.call('PUT', path, { token, actAs: ghost, body })
    started.set(answer['event_id'] as string, sentMs)
  }
}
