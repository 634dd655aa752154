import { BridgeError } from '../bridge-error.ts'
import type { BridgeContext } from '../bridge-context.ts'
import { ensureRoom } from '../portal/create-room.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import { deliverHistory } from '../portal/from-remote/history.ts'
import { mustWaitForOwn, untilOwnIsKnown } from '../portal/from-remote/own-echo.ts'
import { deliverToMatrix } from '../portal/from-remote/deliver.ts'
import type { LaneOutcome } from '../queue/queue.ts'
import { errorText, isRetryable, maxAttempts, retryDelayMs } from '../queue/retry.ts'
import type { JournalRecord } from '../store/journal-store.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { deliverTogether, plainRun, type PlainRecord } from './deliver-together.ts'
import { recordDone, type RecordWrite } from './record-done.ts'

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
      let next = 0
      while (next < records.length) {
        const head = records[next]
        if (head !== undefined) await untilOwnIsKnown(context, portalNid, head.event, signal)
        if (signal.aborted) return { kind: 'idle' }
        const work = (): Promise<Step> => deliverNext(context, records.slice(next), recording)
        const step = await context.deliveries.through(() => context.turns.take(context.connector.info.id, work))
        if (step.delayMs !== undefined) return { kind: 'retry', delayMs: step.delayMs }
        next += step.settled
      }
    } finally {
      await Promise.all(recording)
    }
  }
}

interface Step {
  /** How many of the records are settled, well or badly. */
  readonly settled: number
  /** Milliseconds to wait before the one behind them is tried again. */
  readonly delayMs?: number
}

async function deliverNext(
  context: BridgeContext,
  records: readonly JournalRecord[],
  recording: Promise<void>[],
): Promise<Step> {
  const [first] = records
  if (first === undefined) return { settled: 0 }
  const run = plainRun(context, records)
  if (run.length > 1) return await deliverRun(context, run, recording)
  if (looksBack(first.event)) await Promise.all(recording)
  return await deliverRecord(context, first, recording)
}

/** Does it speak of something that may have come a moment before it? */
function looksBack(event: RemoteEvent): boolean {
  return event.kind !== 'message' || event.replyTo !== undefined
}

async function deliverRun(
  context: BridgeContext,
  run: readonly PlainRecord[],
  recording: Promise<void>[],
): Promise<Step> {
  const [first] = run
  if (first === undefined) return { settled: 0 }
  let settled = 0
  try {
    const portal = await portalWithRoom(context, first)
    const { roomId } = portal
    if (roomId === undefined) throw roomIsMissing(first.event)
    await deliverHistory(context, { ...portal, roomId }, first)
    const { writes, failure } = await deliverTogether(context, { ...portal, roomId }, run)
    settled = writes.length
    if (settled > 0) keepRecording(recording, recordDone(context, run.slice(0, settled), writes))
    if (failure === undefined) return { settled }
    throw failure
  } catch (error) {
    const failed = run[settled]
    return failed === undefined ? { settled } : await noteFailure(context, failed, { error, settled })
  }
}

async function deliverRecord(context: BridgeContext, record: JournalRecord, recording: Promise<void>[]): Promise<Step> {
  const { event } = record
  const writes: RecordWrite[] = []
  try {
    const portal = await portalWithRoom(context, record)
    const roomId = portal.roomId
    if (roomId === undefined && event.kind === 'message') throw roomIsMissing(event)
    if (await mustWaitForOwn(context, portal, event)) return { settled: 0, delayMs: waitForOwnMs }
    // Who is in a chat and what it is called is learnt anew when its room is made.
    if (roomId !== undefined) {
      await deliverHistory(context, { ...portal, roomId }, record)
      await deliverToMatrix(context, { portal, roomId, event, record: (write) => void writes.push(write) })
    }
  } catch (error) {
    return await noteFailure(context, record, { error, settled: 0 })
  }
  keepRecording(recording, recordDone(context, [record], writes))
  return { settled: 1 }
}

function keepRecording(recording: Promise<void>[], recorded: Promise<void>): void {
  // Whoever waits for it is told; until then it is nobody's unhandled failure.
  recorded.catch(() => undefined)
  recording.push(recorded)
}

function roomIsMissing({ chat }: RemoteEvent): BridgeError {
  return new BridgeError(`there is no room for ${chat.chat}`)
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

/** Parked after too many tries, and so settled; else to be tried again after a pause. */
async function noteFailure(
  context: BridgeContext,
  record: JournalRecord,
  { error, settled }: { error: unknown; settled: number },
): Promise<Step> {
  if (context.signal.aborted) return { settled, delayMs: 0 }
  const attempt = record.attempts + 1
  const isParked = !isRetryable(error) || attempt >= maxAttempts
  const { seq, portalNid, event } = record
  const failure = { error: errorText(error), isParked }
  await context.db.transaction((tx) => context.journal.markFailed(tx, seq, failure))
  context.logger.warn({ err: error, portalNid, kind: event.kind, attempt, isParked }, 'remote event not delivered')
  if (!isParked) return { settled, delayMs: retryDelayMs(attempt) }
  context.metrics.remoteEvent(event.kind, 'parked')
  return { settled: settled + 1 }
}
