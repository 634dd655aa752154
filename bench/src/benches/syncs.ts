import { BenchClient, inParallel } from '../client.ts'
import type { BenchRun } from '../bench-run.ts'
import { quantile, type Figure } from '../result.ts'
import type { Target } from '../target.ts'
import { createRoom, ghostId, join, loggedInGhost } from './ghosts.ts'

const waiters = 100
const wakes = 20
const syncs = 20
const rooms = 20
const perRoom = 20

/** Milliseconds from a send until each of a hundred waiting syncs in its room has it. */
export async function syncWake(target: Target, { floor }: BenchRun): Promise<Figure[]> {
  await using client = new BenchClient(target.url, waiters + 4)
  const name = `wake_${Date.now().toString(36)}`
  const roomId = await createRoom(client, target)
  const people: { token: string; since: string }[] = []
  for (let index = 0; index < waiters; index++) {
    const token = await loggedInGhost(client, target, `${name}_${index}`)
    await join(client, target, roomId, ghostId(target, `${name}_${index}`))
    people.push({ token, since: '' })
  }
  for (const person of people) person.since = await sync(client, person.token, 'timeout=0')
  const latencies: number[] = []
  for (let wake = 0; wake < wakes; wake++) {
    let sentMs = 0
    const waiting = people.map(async (person) => {
      person.since = await sync(client, person.token, `timeout=30000&since=${encodeURIComponent(person.since)}`)
      latencies.push(performance.now() - sentMs)
    })
    // Their requests have to stand at the server; one more answer after theirs were sent says that it has read them.
    await client.call('GET', 'account/whoami', { token: target.registration.as_token })
    sentMs = performance.now()
    await send(client, target, roomId, `wake-${wake}`)
    await Promise.all(waiting)
  }
  const limit = { atMost: (2 * waiters * 1000) / floor.requestsPerS, words: `${2 * waiters} requests` }
  return [
    { bench: 'sync-wake', metric: 'p50_ms', value: quantile(latencies, 0.5), unit: 'ms', target: limit },
    { bench: 'sync-wake', metric: 'p99_ms', value: quantile(latencies, 0.99), unit: 'ms' },
  ]
}

/** Milliseconds of a first sync of somebody in twenty rooms of twenty members and twenty messages. */
export async function initialSync(target: Target, { floor }: BenchRun): Promise<Figure[]> {
  await using client = new BenchClient(target.url, 8)
  const name = `initial_${Date.now().toString(36)}`
  const token = await loggedInGhost(client, target, name)
  const others = Array.from({ length: perRoom - 1 }, (_, index) => `${name}_${index}`)
  for (const other of others) await loggedInGhost(client, target, other)
  await inParallel(rooms, 4, async (room) => {
    const roomId = await createRoom(client, target)
    for (const member of [name, ...others]) await join(client, target, roomId, ghostId(target, member))
    for (let index = 0; index < perRoom; index++) await send(client, target, roomId, `initial-${room}-${index}`)
  })
  const times: number[] = []
  for (let round = 0; round < syncs; round++) {
    const startedMs = performance.now()
    await sync(client, token, 'timeout=0')
    times.push(performance.now() - startedMs)
  }
  const limit = { atMost: (400 * 1000) / floor.requestsPerS, words: '400 requests' }
  return [{ bench: 'initial-sync', metric: 'p50_ms', value: quantile(times, 0.5), unit: 'ms', target: limit }]
}

async function sync(client: BenchClient, token: string, query: string): Promise<string> {
  return (await client.call('GET', `sync?${query}`, { token }))['next_batch'] as string
}

async function send(client: BenchClient, target: Target, roomId: string, txnId: string): Promise<void> {
  const path = `rooms/${encodeURIComponent(roomId)}/send/m.room.message/${txnId}`
  await client.call('PUT', path, {
    token: target.registration.as_token,
    body: { msgtype: 'm.text', body: 'as long as people write, more or less' },
  })
}
