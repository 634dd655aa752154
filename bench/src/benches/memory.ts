import { setTimeout as pause } from 'node:timers/promises'
import { loopbacks } from '@pons/test'
import type { BenchRun } from '../bench-run.ts'
import { onBridgedStage } from '../bridged-stage.ts'
import { residentMb } from '../process-usage.ts'
import type { Figure } from '../result.ts'
import { ownTarget, startServer, stop, untilReady } from '../target.ts'

const restMs = 20_000

/**
 * Resident memory of homeserver and IRC bridge in one process, twenty seconds after a start on existing data. The very first
 * start of a checkout holds about twenty megabytes more: it strips the types of every file, which later starts find cached.
 */
export async function memory({ floor, checkout }: BenchRun): Promise<Figure[]> {
  await using own = await ownTarget(checkout, { networks: true })
  const { process: first, folder } = own
  if (first === undefined || folder === undefined) throw new Error('memory is measured on our own server only')
  await stop(first)
  const child = startServer(folder, checkout)
  try {
    await untilReady(own.url, child)
    await pause(restMs)
    const target = { atMost: 2 * floor.emptyRssMb, words: '2 empty processes' }
    return [{ bench: 'memory', metric: 'idle_rss_mb', value: residentMb(child), unit: 'MB', target }]
  } finally {
    await stop(child)
  }
}

/** The same with a login on every network that has a loopback side, each idle for twenty seconds. */
export async function memoryWithLogins({ floor }: BenchRun): Promise<Figure[]> {
  return await onBridgedStage(Object.keys(loopbacks), async ({ process: child }) => {
    await pause(restMs)
    const target = { atMost: 4 * floor.emptyRssMb, words: '4 empty processes' }
    return [{ bench: 'memory-logins', metric: 'idle_rss_mb', value: residentMb(child), unit: 'MB', target }]
  })
}
