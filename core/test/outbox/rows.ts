import type { Database } from '@pons/database'
import { migrate, readMigrations } from '@pons/database'
import { type EventId, systemClock } from '@pons/matrix'
import { Outbox, type RowName } from '../../src/outbox/outbox.ts'

export const portalNid = 1

/** An outbox with nothing in memory, as after a start. */
export function openOutbox(db: Database): Outbox {
  return new Outbox({ db, network: 'sim', clock: systemClock })
}

export async function prepareTables(db: Database): Promise<void> {
  const migrations = readMigrations(new URL('../../src/migrations/', import.meta.url))
  await migrate(db, { program: 'bridge', migrations })
}

/** A row that is prepared, of an event that waits in the inbox. */
export async function preparedRow(db: Database, outbox: Outbox, name: string): Promise<RowName> {
  const row = { eventId: `$${name}` as EventId, part: 0 }
  await db.transaction(async (tx) => {
    const inbox = `insert into bridge_inbox (network, event_id, room_id, payload, state, received_ts)
      values ('sim', $1, '!room:test.local', '{}', 0, 0)`
    await tx.run(inbox, row.eventId)
    await outbox.prepare(tx, { ...row, portalNid, loginId: '', action: { say: name } })
  })
  return row
}
