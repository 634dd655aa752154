import { invalidParam } from '@pons/matrix'
import { END_OF_STREAM } from '../storage/positions.ts'

/**
 * A place between two events of the stream: `t7` stands after event 7. Sync tokens (`s7_…`) stand there too, so that
 * either can be given to /messages.
 */
export function timelineToken(after: number): string {
  return `t${after}`
}

/** @throws MatrixError M_INVALID_PARAM */
export function parseTimelineToken(token: string): number {
  const [, digits] = /^[st](\d{1,15})(?:_|$)/.exec(token) ?? []
  if (digits === undefined) throw invalidParam('not a token of this server')
  return Math.min(Number(digits), END_OF_STREAM)
}
