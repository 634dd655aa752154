import type { RoomId } from '@pons/matrix'
import type { Database } from '@pons/database'
import type { Logger } from 'pino'
import type { BridgeMetrics } from '../metrics.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { NeedsOf } from '../needs-of.ts'
import { BridgeError } from '../bridge-error.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { reportFailure } from '../matrix-side/status.ts'
import type { LaneTurn } from '../portal/to-network/send-to-network.ts'
import { pieces } from '../queue/widths.ts'
import type { LaneOutcome } from '../queue/queue.ts'
import { errorText, isRetryable, maxAttempts, retryDelayMs } from '../retry.ts'
import type { InboxRecord, InboxStore } from '../storage/inbox-store.ts'
import { outboxState } from '../storage/outbox-state.ts'
import { isTold } from './is-told.ts'

type Needs = {
  readonly db: Database
  readonly inbox: InboxStore
  readonly logger: Logger
  readonly metrics: BridgeMetrics
  readonly outbox: Outbox
  readonly signal: AbortSignal
  readonly step: (name: string) => void
} & NeedsOf<typeof reportFailure>

export interface RoomWork {
  /** Stores ahead what the records at the head ask for, in one commit; says for how many. */
  readonly prepare: (records: readonly InboxRecord[]) => Promise<number>
  /** Deals with one record and marks it done; throws when it must be tried again or given up. */
  readonly handle: (record: InboxRecord, turn: LaneTurn) => Promise<void>
}

/** Works through a room's inbox, oldest first; stops at a row that must be tried again, so nothing overtakes it. */
export async function runToNetworkLane(
  needs: Needs,
  roomId: RoomId,
  work: RoomWork,
  signal: AbortSignal,
): Promise<LaneOutcome> {
  for (;;) {
    const records = await needs.inbox.pending(roomId, pieces.rowsRead)
    if (records.length === 0) return { kind: 'idle' }
    const recording: Promise<void>[] = []
    try {
      const delayMs = await runBatch(needs, records, { ...work, signal, recording })
      if (delayMs !== undefined) return { kind: 'retry', delayMs }
      if (signal.aborted) return { kind: 'idle' }
    } finally {
      await Promise.all(recording)
    }
  }
}

/** Milliseconds to wait before the next try; undefined when all are settled, or the end has come. */
async function runBatch(
  needs: Needs,
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
      await handle(record, { signal, recording, ...(next !== undefined && { claimNext: claiming(needs, next) }) })
    } catch (error) {
      if (signal.aborted) return undefined
      const delayMs = await noteFailure(needs, record, error)
      if (delayMs !== undefined) return delayMs
    } finally {
      // Whoever waits for its rows waits no longer once it is done or given up.
      needs.outbox.noteChange()
    }
  }
  return undefined
}

function claiming({ outbox }: Needs, { event }: InboxRecord): NonNullable<LaneTurn['claimNext']> {
  return async (tx) => await outbox.claimAhead(tx, { eventId: event.event_id, part: 0 })
}

/** Milliseconds to wait before the next try; undefined when the event was given up, and its room has been told so. */
async function noteFailure(needs: Needs, record: InboxRecord, error: unknown): Promise<number | undefined> {
  const attempt = record.attempts + 1
  const { event, seq } = record
  const facts = { err: error, roomId: event.room_id, eventId: event.event_id, attempt }
  const isGivenUp = !isRetryable(error) || attempt >= maxAttempts
  // Told before it is recorded: a crash in between repeats the words under the same transaction id.
  const isParked = isGivenUp && (await isTold(needs, () => reportGivenUp(needs, event, error), facts))
  const failure = { error: errorText(error), isParked }
  // What can never cross is not kept for another try.
  const isOver = isParked && error instanceof BridgeError && error.isHopeless
  await needs.db.transaction(async (tx) => {
    if (isOver) await needs.inbox.markDone(tx, seq)
    else await needs.inbox.markFailed(tx, seq, failure)
  })
  needs.logger.warn({ ...facts, isParked }, 'matrix event not delivered')
  if (!isParked) return retryDelayMs(attempt)
  needs.metrics.matrixEvent(event.type, 'parked')
  return undefined
}

async function reportGivenUp(needs: Needs, event: ClientEvent, error: unknown): Promise<void> {
  const rows = await needs.outbox.ofEvent(event.event_id)
  const isBegun = rows.some(({ state }) => state === outboxState.sent || state === outboxState.confirmed)
  const of = { roomId: event.room_id, eventId: event.event_id, sender: event.sender }
  await reportFailure(needs, of, error, isBegun)
  needs.step('bridge:failure-told')
}
