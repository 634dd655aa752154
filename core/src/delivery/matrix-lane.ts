import type { RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { reportFailure } from '../matrix-side/status.ts'
import type { LaneOutcome } from '../queue/lanes.ts'
import { errorText, isRetryable, maxAttempts, retryDelayMs } from '../queue/retry.ts'
import type { InboxRecord } from '../store/inbox-store.ts'

const batchSize = 64

/** Deals with one inbox record and marks it done; throws when it must be tried again or given up. */
export type HandleRecord = (record: InboxRecord, signal: AbortSignal) => Promise<void>

/** Works through a room's inbox, oldest first; stops at a row that must be tried again, so nothing overtakes it. */
export async function runMatrixLane(
  context: BridgeContext,
  roomId: RoomId,
  handle: HandleRecord,
  signal: AbortSignal,
): Promise<LaneOutcome> {
  for (;;) {
    const records = await context.inbox.pending(roomId, batchSize)
    if (records.length === 0) return { kind: 'idle' }
    for (const record of records) {
      if (signal.aborted) return { kind: 'idle' }
      try {
        await handle(record, signal)
      } catch (error) {
        if (signal.aborted) return { kind: 'idle' }
        const delayMs = await noteFailure(context, record, error)
        if (delayMs !== undefined) return { kind: 'retry', delayMs }
      }
    }
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
