import type { RequestInfo } from '@pons/http'
import { invalidParam } from '@pons/matrix'

/** The farthest time an application service may give an event: a day ahead leaves room for clocks that differ. */
const MAX_AHEAD_MS = 24 * 3600 * 1000

/** Of `ts`. @throws MatrixError M_INVALID_PARAM */
export function assertedTime(request: RequestInfo, nowMs: number): number | undefined {
  const text = request.query.get('ts')
  if (text === null) return undefined
  return checkedTime(/^\d+$/.test(text) ? Number(text) : NaN, nowMs)
}

/** A time that an application service gives to an event. @throws MatrixError M_INVALID_PARAM */
export function checkedTime(ts: number, nowMs: number): number {
  if (Number.isSafeInteger(ts) && ts <= nowMs + MAX_AHEAD_MS) return ts
  throw invalidParam('ts is not a time in milliseconds')
}
