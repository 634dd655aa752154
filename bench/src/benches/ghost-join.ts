import { AppservicePeer } from '../appservice-peer.ts'
import type { BenchRun } from '../bench-run.ts'
import { BenchClient, inParallel } from '../client.ts'
import { cpuMs } from '../process-usage.ts'
import type { Figure } from '../result.ts'
import type { Target } from '../target.ts'
import { createRoom, ghostId, join, registerGhosts } from './ghosts.ts'

const ghosts = 5000
const concurrency = 32

/** Joins of 5,000 registered ghosts into one room through the ordinary API. */
export async function ghostJoin(target: Target, { floor }: BenchRun): Promise<Figure[]> {
  await using _peer = await AppservicePeer.listen(target.appservicePort)
  await using client = new BenchClient(target.url, concurrency)
  const run = Date.now().toString(36)
  const names = Array.from({ length: ghosts }, (_, index) => `join_${run}_${index}`)
  await registerGhosts(client, target, names)
  const roomId = await createRoom(client, target)
  const usedBefore = target.process && cpuMs(target.process)
  const startMs = performance.now()
  await inParallel(ghosts, concurrency, (index) => join(client, target, roomId, ghostId(target, names[index] ?? '')))
  const seconds = (performance.now() - startMs) / 1000
  const figures: Figure[] = [{ bench: 'ghost-join', metric: 'per_s', value: ghosts / seconds, unit: '1/s' }]
  if (target.process !== undefined && usedBefore !== undefined) {
    const each = (cpuMs(target.process) - usedBefore) / ghosts
    const limit = { atMost: 14 * floor.signMs, words: '14 signatures' }
    figures.push({ bench: 'ghost-join', metric: 'cpu_ms', value: each, unit: 'ms', target: limit })
  }
  return figures
}
