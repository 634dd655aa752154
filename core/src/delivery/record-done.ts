import type { Transaction } from '@pons/database'
import type { BridgeContext } from '../bridge-context.ts'
import type { JournalRecord } from '../store/journal-store.ts'

export type RecordWrite = (tx: Transaction) => Promise<void>

/** What became of journalled events, in one transaction with the mark that they are done. */
export async function recordDone(
  context: BridgeContext,
  records: readonly JournalRecord[],
  writes: readonly RecordWrite[],
): Promise<void> {
  await context.db.transaction(async (tx) => {
    for (const write of writes) await write(tx)
    for (const { seq } of records) await context.journal.markDone(tx, seq)
  })
  context.step('bridge:journal-done')
  for (const { event } of records) {
    context.metrics.remoteEvent(event.kind, 'delivered', context.clock.now() - event.timestampMs)
  }
}
