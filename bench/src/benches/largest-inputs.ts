import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { largestRequests, walkedRoutes } from '../../../homeserver/test/largest-requests.ts'
import { testHomeserver, testRegistration } from '../../../homeserver/test/support.ts'
import type { Figure } from '../result.ts'

const shown = 10
const floorRounds = 20

/**
 * The longest turn of the event loop, in CPU time of its thread, that the largest requests of each endpoint take: the
 * worst ten, as multiples of what it takes to parse 1 MB of JSON, measured in the same run. Bodies come as bytes.
 */
export async function largestInputs(): Promise<Figure[]> {
  await walk()
  const turns = await walk()
  const floorMs = parseMs()
  const worst = [...turns].sort(([, a], [, b]) => b - a).slice(0, shown)
  const ratios = worst.map(([metric, ms]): Figure => {
    return { bench: 'largest-inputs', metric, value: ms / floorMs, unit: 'x', target: { atMost: 2 } }
  })
  return [{ bench: 'largest-inputs', metric: 'parse of 1 MB', value: floorMs, unit: 'ms' }, ...ratios]
}

/** By endpoint, in milliseconds. */
async function walk(): Promise<Map<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-largest-'))
  try {
    const media = { folder, max_upload_bytes: 100_000 }
    await using server = await testHomeserver(
      { password_hashing: 'cheap', media },
      { registrations: [testRegistration()] },
    )
    const turns = new Map<string, number>()
    for (const { name, route } of walkedRoutes()) {
      await largestRequests(server, route, async ({ client, method, url, body }) => {
        const { answer, longestMs } = await longestTurn(() => client.request(method, url, body))
        turns.set(name, Math.max(turns.get(name) ?? 0, longestMs))
        return answer
      })
    }
    return turns
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function longestTurn<T>(work: () => Promise<T>): Promise<{ answer: T; longestMs: number }> {
  let longestMs = 0
  let isWatching = true
  let startedMs = cpuMs()
  const end = (): void => {
    longestMs = Math.max(longestMs, cpuMs() - startedMs)
  }
  const turn = (): void => {
    end()
    startedMs = cpuMs()
    if (isWatching) setImmediate(turn)
  }
  setImmediate(turn)
  try {
    const answer = await work()
    end()
    return { answer, longestMs }
  } finally {
    isWatching = false
  }
}

/** An object of many small members, which is what takes longest. */
function parseMs(): number {
  const members = Array.from({ length: 70_000 }, (_, at) => [`member${at}`, at] as const)
  const text = JSON.stringify(Object.fromEntries(members)).slice(0, 1_000_000)
  const whole = `${text.slice(0, text.lastIndexOf(','))}}`
  JSON.parse(whole)
  const startedMs = cpuMs()
  for (let round = 0; round < floorRounds; round++) JSON.parse(whole)
  return (cpuMs() - startedMs) / floorRounds
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
