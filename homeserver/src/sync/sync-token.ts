import { invalidParam } from '@pons/matrix'
import { END_OF_STREAM } from '../storage/positions.ts'

/** The positions of all streams after a sync: `s12_t3_a7`. Streams that a token does not name are new since it was made. */
export type SyncPositions = ReadonlyMap<string, number>

export function formatSyncToken(positions: SyncPositions): string {
  return [...positions].map(([key, position]) => `${key}${position}`).join('_')
}

/** @throws MatrixError M_INVALID_PARAM */
export function parseSyncToken(token: string): SyncPositions {
  const positions = new Map<string, number>()
  for (const part of token.split('_')) {
    const [, key, digits] = /^([a-z]{1,2})(\d{1,16})$/.exec(part) ?? []
    if (key === undefined || digits === undefined) throw invalidParam('since is not a token of this server')
    positions.set(key, key === 's' ? Math.min(Number(digits), END_OF_STREAM) : Number(digits))
  }
  // A place of /messages is one in the stream of events too.
  const place = positions.get('t')
  if (!positions.has('s') && place !== undefined && positions.size === 1) return new Map([['s', place]])
  if (!positions.has('s')) throw invalidParam('since is not a token of this server')
  return positions
}
