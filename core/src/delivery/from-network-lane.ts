import type { Database } from '@pons/database'
import type { Logger } from 'pino'
import type { Stalls } from './stalls.ts'
import type { BridgeMetrics } from '../metrics.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Hearers } from '../portal/hearers.ts'
import type { Portals } from '../portal/portals.ts'
import type { RoomMaker } from '../portal/room-maker.ts'
import type { NetworkSchedule } from '../queue/network-schedule.ts'
import { BridgeError } from '../bridge-error.ts'
import type { NeedsOf } from '../needs-of.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import { isCutOff, isWithheld } from '../portal/door.ts'
import { noteDirect } from '../portal/note-direct.ts'
import { deliverHistory } from '../portal/from-network/history.ts'
import { mustWaitForOwn, untilOwnIsKnown } from '../portal/from-network/own-echo.ts'
import { deliverToMatrix } from '../portal/from-network/deliver.ts'
import { mendRefusal } from '../portal/from-network/mend-refusal.ts'
import { reportUndelivered } from '../portal/from-network/report-undelivered.ts'
import { pieces } from '../queue/widths.ts'
import type { LaneOutcome } from '../queue/queue.ts'
import { errorText, isRetryable, maxAttempts, retryDelayMs } from '../retry.ts'
import type { JournalRecord, JournalStore } from '../storage/journal-store.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { deliverTogether, plainRun, type PlainRecord } from './deliver-together.ts'
import { isTold } from './is-told.ts'
import { recordDone, type RecordWrite } from './record-done.ts'

type Needs = {
  readonly db: Database
  readonly hearers: Hearers
  readonly journal: JournalStore
  readonly logger: Logger
  readonly metrics: BridgeMetrics
  readonly outbox: Outbox
  readonly portals: Portals
  readonly rooms: RoomMaker
  readonly schedule: NetworkSchedule
  readonly signal: AbortSignal
  readonly stalls: Stalls
  readonly step: (name: string) => void
} & NeedsOf<
  | typeof deliverHistory
  | typeof deliverToMatrix
  | typeof deliverTogether
  | typeof isTold
  | typeof isWithheld
  | typeof mendRefusal
  | typeof mustWaitForOwn
  | typeof noteDirect
  | typeof plainRun
  | typeof recordDone
  | typeof reportUndelivered
  | typeof untilOwnIsKnown
>

/** How soon to look again whether what we sent to a chat has been settled, where another process may do that. */
const waitForOwnMs = 100

/** Works through a portal's journal, oldest first; stops at a row that must be tried again, so nothing overtakes it. */
export async function runFromNetworkLane(needs: Needs, portalNid: number, signal: AbortSignal): Promise<LaneOutcome> {
  for (;;) {
    const records = await needs.journal.pending(portalNid, pieces.rowsRead)
    if (records.length === 0) return { kind: 'idle' }
    // An event is recorded as done while the next is on its way: both share a commit. Repeating it after a crash is harmless.
    const recording: Promise<void>[] = []
    try {
      let next = 0
      while (next < records.length) {
        const head = records[next]
        if (head === undefined) break
        const ready = needs.outbox.change
        if (await mustWaitForOwn(needs, portalNid, head.event)) {
          return { kind: 'until', ready, otherwiseMs: waitForOwnMs }
        }
        await untilOwnIsKnown(needs, portalNid, head.event, signal)
        if (signal.aborted) return { kind: 'idle' }
        const work = (): Promise<Step> => watchedStep(needs, records.slice(next), recording)
        const step = await needs.schedule.deliver(head.event.login ?? '', signal, work)
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

/** The homeserver, or a network that is asked for a medium, may never answer: that is seen. */
async function watchedStep(needs: Needs, records: readonly JournalRecord[], recording: Promise<void>[]): Promise<Step> {
  const [first] = records
  const of = { eventId: first?.event.id ?? '', direction: 'to-matrix' } as const
  return await needs.stalls.watch(
    of,
    () => deliverNext(needs, records, recording),
    () => needs.logger.warn({ portalNid: first?.portalNid, ...of }, 'an event of the network has waited for a minute'),
  )
}

async function deliverNext(needs: Needs, records: readonly JournalRecord[], recording: Promise<void>[]): Promise<Step> {
  const [first] = records
  if (first === undefined) return { settled: 0 }
  const run = (await isCutOff(needs, first.portalNid)) ? [] : plainRun(needs, records)
  if (run.length > 1) return await deliverRun(needs, run, recording)
  if (looksBack(first.event)) await Promise.all(recording)
  return await deliverRecord(needs, first, recording)
}

/** Does it speak of something that may have come a moment before it? */
function looksBack(event: RemoteEvent): boolean {
  return event.kind !== 'message' || event.replyTo !== undefined
}

async function deliverRun(needs: Needs, run: readonly PlainRecord[], recording: Promise<void>[]): Promise<Step> {
  const [first] = run
  if (first === undefined) return { settled: 0 }
  let settled = 0
  try {
    const portal = await portalWithRoom(needs, first)
    const { roomId } = portal
    if (roomId === undefined) throw roomIsMissing(first.event)
    await deliverHistory(needs, { ...portal, roomId }, first)
    const { writes, failure } = await deliverTogether(needs, { ...portal, roomId }, run)
    settled = writes.length
    if (settled > 0) keepRecording(recording, recordDone(needs, run.slice(0, settled), writes))
    if (failure === undefined) return { settled }
    throw failure
  } catch (error) {
    const failed = run[settled]
    if (failed === undefined) return { settled }
    if (!isRefusal(error)) return await noteFailure(needs, failed, { error, settled })
    // By itself: what the homeserver refuses may be mended.
    const step = await deliverRecord(needs, failed, recording)
    return { ...step, settled: settled + step.settled }
  }
}

async function deliverRecord(needs: Needs, record: JournalRecord, recording: Promise<void>[]): Promise<Step> {
  const { event } = record
  const writes: RecordWrite[] = []
  try {
    const portal = await portalWithRoom(needs, record)
    const roomId = portal.roomId
    if (roomId === undefined && event.kind === 'message') throw roomIsMissing(event)
    // Who is in a chat and what it is called is learnt anew when its room is made.
    if (roomId !== undefined && !(await isWithheld(needs, portal.nid, event))) {
      if (!(await isCutOff(needs, portal.nid))) await deliverHistory(needs, { ...portal, roomId }, record)
      const delivery = { portal, roomId, event, record: (write: RecordWrite) => void writes.push(write) }
      await deliverToMatrix(needs, delivery).catch(async (error: unknown) => {
        if (!(await mendRefusal(needs, delivery, error))) throw error
        await deliverToMatrix(needs, delivery)
      })
    }
  } catch (error) {
    return await noteFailure(needs, record, { error, settled: 0 })
  }
  keepRecording(recording, recordDone(needs, [record], writes))
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

async function portalWithRoom(needs: Needs, record: JournalRecord): Promise<PortalRecord> {
  const portal = await needs.portals.byNid(record.portalNid)
  const { event } = record
  const snapshot = snapshotToMake(event)
  if (portal.roomId !== undefined && snapshot !== undefined) await noteDirect(needs, portal, snapshot)
  if (portal.roomId !== undefined || snapshot === undefined) return portal
  const made = await needs.rooms.ensure(portal.chat, snapshot, event.login)
  await needs.hearers.bring(made.nid)
  return made
}

/** What a portal's room would be made from, where the event makes one. */
function snapshotToMake(event: RemoteEvent): ChatSnapshot | undefined {
  if (event.kind === 'message') return event.createPortal
  return event.kind === 'snapshot' && event.createsPortal === true ? event.snapshot : undefined
}

/** Given up after too many tries or a refusal, and so settled, once its room has been told; else to be tried again after a pause. */
async function noteFailure(
  needs: Needs,
  record: JournalRecord,
  { error, settled }: { error: unknown; settled: number },
): Promise<Step> {
  if (needs.signal.aborted) return { settled, delayMs: 0 }
  const attempt = record.attempts + 1
  const { seq, portalNid, event } = record
  const facts = { err: error, portalNid, kind: event.kind, attempt }
  const isGivenUp = !isRetryable(error) || attempt >= maxAttempts
  const isParked = isGivenUp && (await isTold(needs, () => reportGivenUp(needs, record, error), facts))
  const failure = { error: errorText(error), isParked }
  await needs.db.transaction((tx) => needs.journal.markFailed(tx, seq, failure))
  needs.logger.warn({ ...facts, isParked }, 'remote event not delivered')
  if (!isParked) return { settled, delayMs: retryDelayMs(attempt) }
  needs.metrics.remoteEvent(event.kind, 'parked')
  return { settled: settled + 1 }
}

async function reportGivenUp(needs: Needs, { portalNid, event }: JournalRecord, error: unknown): Promise<void> {
  await reportUndelivered(needs, await needs.portals.byNid(portalNid), event, error)
  needs.step('bridge:failure-told')
}
