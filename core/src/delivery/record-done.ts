import type { Database, Transaction } from '@pons/database'
import type { Clock } from '@pons/matrix'
import type { BridgeMetrics } from '../metrics.ts'
import type { JournalRecord, JournalStore } from '../storage/journal-store.ts'

export type RecordWrite = (tx: Transaction) => Promise<void>

/** What became of journalled events, in one transaction with the mark that they are done. */
export async function recordDone(
  {
    clock,
    db,
    journal,
    metrics,
    step,
  }: {
    readonly clock: Clock
    readonly db: Database
    readonly journal: JournalStore
    readonly metrics: BridgeMetrics
    readonly step: (name: string) => void
  },
  records: readonly JournalRecord[],
  writes: readonly RecordWrite[],
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const write of writes) await write(tx)
    for (const { seq } of records) await journal.markDone(tx, seq)
  })
  step('bridge:journal-done')
  for (const { event } of records) {
    metrics.remoteEvent(event.kind, 'delivered', clock.now() - event.timestampMs)
  }
}
