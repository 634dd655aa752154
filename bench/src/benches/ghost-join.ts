import { AppservicePeer } from '../appservice-peer.ts'
import { BenchClient, inParallel } from '../client.ts'
import type { Figure } from '../result.ts'
import type { Target } from '../target.ts'
import { createRoom, ghostId, join, registerGhosts } from './ghosts.ts'

const ghosts = 5000
const concurrency = 32

/** Joins of 5,000 registered ghosts into one room through the ordinary API. */
export async function ghostJoin(target: Target): Promise<Figure[]> {
  await using _peer = await AppservicePeer.listen(target.appservicePort)
  await using client = new BenchClient(target.url, concurrency)
  const run = Date.now().toString(36)
  const names = Array.from({ length: ghosts }, (_, index) => `join_${run}_${index}`)
  await registerGhosts(client, target, names)
  const roomId = await createRoom(client, target)
  const startMs = performance.now()
  await inParallel(ghosts, concurrency, (index) => join(client, target, roomId, ghostId(target, names[index] ?? '')))
  const seconds = (performance.now() - startMs) / 1000
  return [{ bench: 'ghost-join', metric: 'per_s', value: ghosts / seconds, unit: '1/s', target: { atLeast: 1000 } }]
}
