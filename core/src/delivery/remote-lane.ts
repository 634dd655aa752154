import type { Transaction } from '@pons/database'
import { BridgeError } from '../bridge-error.ts'
import type { BridgeContext } from '../bridge-context.ts'
import { ensureRoom } from '../portal/create-room.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import { deliverHistory } from '../portal/from-remote/history.ts'
import { mustWaitForOwn } from '../portal/from-remote/own-echo.ts'
import { deliverToMatrix } from '../portal/from-remote/deliver.ts'
import type { LaneOutcome } from '../queue/lanes.ts'
import { errorText, isRetryable, maxAttempts, retryDelayMs } from '../queue/retry.ts'
import type { JournalRecord } from '../store/journal-store.ts'
import type { PortalRecord } from '../store/portal-store.ts'

const batchSize = 64
/** How soon to look again whether what we sent to a chat has been settled. */
const waitForOwnMs = 100

/** Works through a portal's journal, oldest first; stops at a row that must be tried again, so nothing overtakes it. */
export async function runRemoteLane(
  context: BridgeContext,
  portalNid: number,
  signal: AbortSignal,
): Promise<LaneOutcome> {
  for (;;) {
    const records = await context.journal.pending(portalNid, batchSize)
    if (records.length === 0) return { kind: 'idle' }
    // An event is recorded as done while the next is on its way: both share a commit. Repeating it after a crash is harmless.
    const recording: Promise<void>[] = []
    try {
      for (const record of records) {
        if (signal.aborted) return { kind: 'idle' }
        if (looksBack(record.event)) await Promise.all(recording)
        const delayMs = await context.deliveries.through(() => deliverRecord(context, record, recording))
        if (delayMs !== undefined) return { kind: 'retry', delayMs }
      }
    } finally {
      await Promise.all(recording)
    }
  }
}

/** Does it speak of something that may have come a moment before it? */
function looksBack(event: RemoteEvent): boolean {
  return event.kind !== 'message' || event.replyTo !== undefined
}

/** Milliseconds to wait before trying again; undefined when the record is settled, well or badly. */
async function deliverRecord(
  context: BridgeContext,
  record: JournalRecord,
  recording: Promise<void>[],
): Promise<number | undefined> {
  const { event } = record
  const writes: ((tx: Transaction) => Promise<void>)[] = []
  try {
    const portal = await portalWithRoom(context, record)
    const roomId = portal.roomId
    if (roomId === undefined && event.kind === 'message')
      throw new BridgeError(`there is no room for ${event.chat.chat}`)
    if (await mustWaitForOwn(context, portal, event)) return waitForOwnMs
    // Who is in a chat and what it is called is learnt anew when its room is made.
    if (roomId !== undefined) {
      await deliverHistory(context, { ...portal, roomId }, record)
      await deliverToMatrix(context, { portal, roomId, event, record: (write) => void writes.push(write) })
    }
  } catch (error) {
    return await noteFailure(context, record, error)
  }
  const recorded = recordDone(context, record, writes)
  // Whoever waits for it is told; until then it is nobody's unhandled failure.
  recorded.catch(() => undefined)
  recording.push(recorded)
  return undefined
}

async function recordDone(
  context: BridgeContext,
  { seq, event }: JournalRecord,
  writes: readonly ((tx: Transaction) => Promise<void>)[],
): Promise<void> {
  await context.db.transaction(async (tx) => {
    for (const write of writes) await write(tx)
    await context.journal.markDone(tx, seq)
  })
  context.step('bridge:journal-done')
  context.metrics.remoteEvent(event.kind, 'delivered', context.clock.now() - event.timestampMs)
}

async function portalWithRoom(context: BridgeContext, record: JournalRecord): Promise<PortalRecord> {
  const portal = await context.portals.byNid(record.portalNid)
  const { event } = record
  if (portal.roomId !== undefined) return portal
  const snapshot = snapshotToMake(event)
  return snapshot === undefined ? portal : await ensureRoom(context, portal.chat, snapshot, event.login)
}

/** What a portal's room would be made from, where the event makes one. */
function snapshotToMake(event: RemoteEvent): ChatSnapshot | undefined {
  if (event.kind === 'message') return event.createPortal
  return event.kind === 'snapshot' && event.createsPortal === true ? event.snapshot : undefined
}

async function noteFailure(context: BridgeContext, record: JournalRecord, error: unknown): Promise<number | undefined> {
  if (context.signal.aborted) return 0
  const attempt = record.attempts + 1
  const isParked = !isRetryable(error) || attempt >= maxAttempts
  const { seq, portalNid, event } = record
  const failure = { error: errorText(error), isParked }
  await context.db.transaction((tx) => context.journal.markFailed(tx, seq, failure))
  context.logger.warn({ err: error, portalNid, kind: event.kind, attempt, isParked }, 'remote event not delivered')
  if (!isParked) return retryDelayMs(attempt)
  context.metrics.remoteEvent(event.kind, 'parked')
  return undefined
}
