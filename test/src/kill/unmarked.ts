import { openDatabase } from '@pons/database'
import type { SeenEvent } from '../matrix/matrix-person.ts'

interface GivenUp {
  readonly id: string
  readonly what: string
}

/**
 * Rows of a stopped Pons that are uncertain or were given up, of which no word stands in the rooms. `events` is what the
 * rooms hold.
 */
export async function unmarked(database: string, events: readonly SeenEvent[]): Promise<string[]> {
  const marked = new Set(events.flatMap(marksIn))
  const rows = await givenUp(database)
  return rows.filter(({ id }) => !marked.has(id)).map(({ id, what }) => `${what} ${id} without a word in the room`)
}

/** The events that an event of the bot speaks of as uncertain or given up. */
function marksIn({ type, content }: SeenEvent): string[] {
  const undelivered = content['pons.undelivered'] as { id: string } | undefined
  if (undelivered !== undefined) return [undelivered.id]
  const related = content['m.relates_to'] as { event_id?: string } | undefined
  const isMark = type === 'com.beeper.message_send_status' && content['status'] !== 'SUCCESS'
  return isMark && related?.event_id !== undefined ? [related.event_id] : []
}

async function givenUp(location: string): Promise<GivenUp[]> {
  await using database = await openDatabase(location)
  const rows = async (what: string, sql: string): Promise<GivenUp[]> =>
    (await database.all<{ id: string }>(sql)).map(({ id }) => ({ id, what }))
  return [
    ...(await rows('uncertain', 'select event_id as id from bridge_outbox where state = 5')),
    ...(await rows('given up', 'select event_id as id from bridge_inbox where state = 2')),
    ...(await rows('given up', 'select remote_id as id from bridge_journal where state = 2')),
  ]
}
