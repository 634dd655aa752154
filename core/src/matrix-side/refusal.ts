import { MatrixError } from '@pons/matrix'

/** Of the bridge as a whole (its token), of its pace, or of a proxy's: none says anything about the event that was sent. */
const notAboutTheEvent: ReadonlySet<number> = new Set([401, 408, 429])

/** Whoever says it, the homeserver or a proxy in front of it: the same bytes are as many the next time. */
export function isTooLarge(error: unknown): error is MatrixError {
  return error instanceof MatrixError && (error.status === 413 || error.errcode === 'M_TOO_LARGE')
}

/**
 * Has the homeserver said that it does not take this, now or later? An answer without an errcode is not a homeserver's but
 * that of something in front of it, and may be another in a moment.
 */
export function isRefusal(error: unknown): error is MatrixError {
  if (!(error instanceof MatrixError)) return false
  if (error.errcode === 'M_UNKNOWN' && error.fields['errcode'] === undefined) return false
  return error.status >= 400 && error.status < 500 && !notAboutTheEvent.has(error.status)
}
