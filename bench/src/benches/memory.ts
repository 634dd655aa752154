import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { loopbacks } from '@pons/test'
import { onBridgedStage } from '../bridged-stage.ts'
import type { Figure } from '../result.ts'
import { ownTarget, startServer, stop, untilReady } from '../target.ts'

const restMs = 20_000

/**
 * Resident memory of homeserver and IRC bridge in one process, twenty seconds after a start on existing data. The very first
 * start of a checkout holds about twenty megabytes more: it strips the types of every file, which later starts find cached.
 */
export async function memory(): Promise<Figure[]> {
  await using target = await ownTarget({ networks: true })
  const { process: first, folder } = target
  if (first === undefined || folder === undefined) throw new Error('memory is measured on our own server only')
  await stop(first)
  const child = startServer(folder)
  try {
    await untilReady(target.url, child)
    await pause(restMs)
    return [{ bench: 'memory', metric: 'idle_rss_mb', value: residentMb(child), unit: 'MB', target: { atMost: 110 } }]
  } finally {
    await stop(child)
  }
}

/** The same with a login on every network that has a loopback side, each idle for twenty seconds. */
export async function memoryWithLogins(): Promise<Figure[]> {
  return await onBridgedStage(Object.keys(loopbacks), async ({ process: child }) => {
    await pause(restMs)
    return [
      { bench: 'memory-logins', metric: 'idle_rss_mb', value: residentMb(child), unit: 'MB', target: { atMost: 220 } },
    ]
  })
}

function residentMb({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}
