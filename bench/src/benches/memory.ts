import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Figure } from '../result.ts'
import { ownTarget } from '../target.ts'

const restMs = 20_000

/** Resident memory of homeserver and IRC bridge in one process, twenty seconds after the start. */
export async function memory(): Promise<Figure[]> {
  await using target = await ownTarget({ networks: true })
  await pause(restMs)
  const status = readFileSync(`/proc/${target.process?.pid}/status`, 'utf8')
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
  return [{ bench: 'memory', metric: 'idle_rss_mb', value: kib / 1024, unit: 'MB', target: { atMost: 110 } }]
}
