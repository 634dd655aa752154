import type { Reach } from './reach.ts'

/** Why something of a gap may be missing. */
export function whyOf(reach: Exclude<Reach, 'whole'>): string {
  if (reach === 'none') return 'it has no history of this channel'
  return reach === 'refused' ? 'the server did not give its history' : 'its history does not reach back so far'
}
