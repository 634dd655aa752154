import type { Database, Transaction } from '@pons/database'
import type { RoomId, Clock } from '@pons/matrix'
import type { Aliases } from '../../identity/aliases.ts'
import { journalKey } from '../../identity/journal-key.ts'
import type { RemoteMessage } from '../../network/remote-event.ts'
import type { JournalStore } from '../../storage/journal-store.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import type { Deliverers } from './deliverers.ts'
import { isOwnComingBack, type OwnEchoParts } from './own-echo.ts'

/** Brings a message from before into its room, and keeps in mind that it is there. */
export type DeliverOld = (portal: PortalRecord & { readonly roomId: RoomId }, event: RemoteMessage) => Promise<void>

export interface DeliverOldParts extends OwnEchoParts {
  readonly deliverers: Pick<Deliverers, 'message'>
  readonly db: Database
  readonly aliases: Aliases
  readonly journal: JournalStore
  readonly clock: Clock
}

export function oldDeliverer(parts: DeliverOldParts): DeliverOld {
  const { deliverers, db, aliases, journal, clock } = parts
  return async (portal, event) => {
    const writes: ((tx: Transaction) => Promise<void>)[] = []
    const { roomId } = portal
    if (!(await isOwnComingBack(parts, portal, event)))
      await deliverers.message({ portal, roomId, event, record: (write) => void writes.push(write) })
    await db.transaction(async (tx) => {
      for (const write of writes) await write(tx)
      await journal.addDone(tx, portal.nid, { key: journalKey(aliases, event), nowMs: clock.now() })
    })
  }
}
