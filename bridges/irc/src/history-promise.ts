import { isJsonObject } from '@pons/matrix'
import type { IrcNetwork } from './network.ts'

/** What a server promises of a channel's history: `lines` of the last `durationMs`, and since when it does. */
export interface HistoryPromise {
  readonly lines: number
  readonly durationMs: number
  readonly sinceMs: number
}

/** What the channel's `+H` promises; undefined when the server keeps no history of it. */
export async function historyPromise(network: IrcNetwork, channel: string): Promise<HistoryPromise | undefined> {
  const stored = await network.parts.host.store.get(keyOf(network, channel))
  if (!isJsonObject(stored)) return undefined
  const { value } = stored
  const [lines, duration] = typeof value === 'string' ? value.split(':') : []
  const sinceMs = Number(stored['sinceMs'])
  return { lines: Number(lines), durationMs: parseDurationMs(duration ?? ''), sinceMs }
}

/** Keeps in mind since when there is a history of that kind; undefined: there is none any more. */
export async function rememberPromise(network: IrcNetwork, channel: string, value: string | undefined): Promise<void> {
  const { host } = network.parts
  const key = keyOf(network, channel)
  const stored = await host.store.get(key)
  if (value === undefined) {
    if (stored !== undefined) await host.store.delete(key)
  } else if (!isJsonObject(stored) || stored['value'] !== value) {
    await host.store.set(key, { value, sinceMs: host.now() })
  }
}

function keyOf(network: IrcNetwork, channel: string): string {
  return `history/${network.name}/${network.fold(channel)}`
}

/** `1d2h` in milliseconds; a bare number is seconds. */
function parseDurationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_557_600 }
  let seconds = 0
  for (const [, count = '0', unit = 's'] of text.matchAll(/(\d+)([smhdwy]?)/g))
    seconds += Number(count) * (units[unit] ?? 1)
  return seconds * 1000
}
