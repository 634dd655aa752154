import { refusalOf } from './refusal-of.ts'

/** Seconds that the network asks to wait; undefined for other errors. */
export function waitOf(error: unknown): number | undefined {
  const { seconds } = (error ?? {}) as { seconds?: unknown }
  if (typeof seconds === 'number') return seconds
  const [, digits] = /^(?:FLOOD|SLOWMODE|FLOOD_PREMIUM)_WAIT_(\d+)$/.exec(refusalOf(error) ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}
