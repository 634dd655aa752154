import { maxEventBytes, resourceLimitExceeded, tooLarge, utf8Length, type JsonObject } from '@pons/matrix'
import { weightOf, type CurrentState } from '../state/current-state.ts'

/** A room is in memory whole while it is used, and each of its members is told its state at their first sync. */
const MAX_STATE_BYTES = 32 * 1024 * 1024

/**
 * Before content is sorted and hashed, each of which takes longer than to write it down: no event holds more.
 *
 * @throws MatrixError M_TOO_LARGE
 * @returns its size
 */
export function checkContentSize(content: JsonObject): number {
  const bytes = utf8Length(JSON.stringify(content))
  if (bytes > maxEventBytes) throw tooLarge(`the content has ${bytes} bytes, more than an event of ${maxEventBytes}`)
  return bytes
}

/**
 * Members count by themselves: a user is in so many rooms at most.
 *
 * @throws MatrixError M_RESOURCE_LIMIT_EXCEEDED for state that would make the room's larger than a room's may be
 */
export function checkStateSize(
  state: CurrentState,
  { type, stateKey }: { readonly type: string; readonly stateKey?: string | undefined },
  bytes: number,
): void {
  if (stateKey === undefined || type === 'm.room.member') return
  const more = weightOf(bytes) - weightOf(state.get(type, stateKey)?.bytes)
  if (more <= 0 || state.weight + more <= MAX_STATE_BYTES) return
  throw resourceLimitExceeded(`the state of a room may have ${MAX_STATE_BYTES} bytes at most; make some of it smaller`)
}
