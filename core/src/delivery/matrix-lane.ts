import type { RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { reportFailure } from '../matrix-side/status.ts'
import type { LaneTurn } from '../portal/to-remote/send-to-remote.ts'
import type { LaneOutcome } from '../queue/queue.ts'
import { errorText, isRetryable, maxAttempts, retryDelayMs } from '../queue/retry.ts'
import type { InboxRecord } from '../store/inbox-store.ts'

const batchSize = 64

export interface RoomWork {
  /** Stores ahead what the records at the head ask for, in one commit; says for how many. */
  readonly prepare: (records: readonly InboxRecord[]) => Promise<number>
  /** Deals with one record and marks it done; throws when it must be tried again or given up. */
  readonly handle: (record: InboxRecord, turn: LaneTurn) => Promise<void>
}

/** Works through a room's inbox, oldest first; stops at a row that must be tried again, so nothing overtakes it. */
export async function runMatrixLane(
  context: BridgeContext,
  roomId: RoomId,
  work: RoomWork,
  signal: AbortSignal,
): Promise<LaneOutcome> {
  for (;;) {
    const records = await context.inbox.pending(roomId, batchSize)
    if (records.length === 0) return { kind: 'idle' }
    const recording: Promise<void>[] = []
    try {
      const delayMs = await runBatch(context, records, { ...work, signal, recording })
      if (delayMs !== undefined) return { kind: 'retry', delayMs }
      if (signal.aborted) return { kind: 'idle' }
    } finally {
      await Promise.all(recording)
    }
  }
}

/** Milliseconds to wait before the next try; undefined when all are settled, or the end has come. */
async function runBatch(
  context: BridgeContext,
  records: readonly InboxRecord[],
  { prepare, handle, signal, recording }: RoomWork & Pick<LaneTurn, 'signal' | 'recording'>,
): Promise<number | undefined> {
  let prepared = 0
  for (const [index, record] of records.entries()) {
    if (signal.aborted) return undefined
    try {
      if (index >= prepared) prepared = index + (await prepare(records.slice(index)))
      // Only what was prepared ahead speaks of nothing before it.
      if (index >= prepared) await Promise.all(recording)
      const next = index + 1 < prepared ? records[index + 1] : undefined
      await handle(record, { signal, recording, ...(next !== undefined && { claimNext: claiming(context, next) }) })
    } catch (error) {
      if (signal.aborted) return undefined
      const delayMs = await noteFailure(context, record, error)
      if (delayMs !== undefined) return delayMs
    }
  }
  return undefined
}

function claiming(context: BridgeContext, { event }: InboxRecord): NonNullable<LaneTurn['claimNext']> {
  const row = { eventId: event.event_id, part: 0 }
  return async (tx) => {
    if (!context.claims.has(row)) await context.claims.claim(tx, row)
  }
}

async function noteFailure(context: BridgeContext, record: InboxRecord, error: unknown): Promise<number | undefined> {
  const attempt = record.attempts + 1
  const isParked = !isRetryable(error) || attempt >= maxAttempts
  const { event, seq } = record
  const failure = { error: errorText(error), isParked }
  await context.db.transaction((tx) => context.inbox.markFailed(tx, seq, failure))
  const facts = { err: error, roomId: event.room_id, eventId: event.event_id, attempt, isParked }
  context.logger.warn(facts, 'matrix event not delivered')
  if (!isParked) return retryDelayMs(attempt)
  context.metrics.matrixEvent(event.type, 'parked')
  await reportFailure(context, { roomId: event.room_id, eventId: event.event_id }, error).catch((failed: unknown) => {
    context.logger.error({ ...facts, err: failed }, 'room could not be told of a failure')
  })
  return undefined
}
