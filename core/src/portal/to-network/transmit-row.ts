import type { Database, Transaction } from '@pons/database'
import type { Disappearances } from '../../disappearing/disappearances.ts'
import type { Logins } from '../../login/logins.ts'
import type { BridgeMetrics } from '../../metrics.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { MessageStore } from '../../storage/message-store.ts'
import type { NeedsOf } from '../../needs-of.ts'
import { BridgeError } from '../../bridge-error.ts'
import { loginEnded, LoginEndedError } from '../../login/login-ended-error.ts'
import { reportUncertain } from '../../matrix-side/status.ts'
import { loginId } from '../../network/ids.ts'
import type { Transmitted } from '../../network/network-client.ts'
import { errorText } from '../../retry.ts'
import { requireThrough } from '../door.ts'
import { fateOf } from './fate-of.ts'
import type { RowToTransmit } from './row-to-transmit.ts'
import { transmitRequest } from './transmit-request.ts'
import { watched } from './watched.ts'

type Needs = {
  readonly db: Database
  readonly disappearances: Disappearances
  readonly logins: Logins
  readonly messages: MessageStore
  readonly metrics: BridgeMetrics
  readonly outbox: Outbox
  readonly step: (name: string) => void
} & NeedsOf<typeof fateOf | typeof loginEnded | typeof reportUncertain | typeof requireThrough>

type AlsoRecord = (tx: Transaction) => Promise<void>

/** What was done is being recorded. */
export interface Transmission {
  readonly recorded: Promise<void>
}

/** Does one action, and begins to record its outcome together with what else the caller has to record. */
export async function transmitRow(needs: Needs, work: RowToTransmit, also: AlsoRecord): Promise<Transmission> {
  const { row } = work
  let sent: Transmitted | undefined
  needs.outbox.takeUp(work.portal.nid, row)
  try {
    sent = await unlessLoginEnds(needs, work, (until) => untilTransmitted(needs, until))
  } catch (error) {
    // What was broken off has found out nothing: it is looked up at the next start.
    if (error instanceof LoginEndedError || !isUnknowable(error) || work.signal.aborted) {
      await noteFailure(needs, work, error).finally(() => needs.outbox.letGo(row))
      throw error
    }
    await settled(needs, work, settleUnknowable(needs, work, error, also))
    return { recorded: Promise.resolve() }
  }
  if (sent === undefined) {
    await settled(needs, work, giveUpUncertain(needs, work, also))
    return { recorded: Promise.resolve() }
  }
  needs.step('bridge:transmitted')
  return { recorded: settled(needs, work, record(needs, work, sent, also)) }
}

async function settled(
  { outbox, step }: Pick<Needs, 'outbox' | 'step'>,
  { row }: RowToTransmit,
  recording: Promise<void>,
): Promise<void> {
  try {
    await recording
    step('bridge:outbox-recorded')
  } finally {
    outbox.letGo(row)
  }
}

/**
 * A login that is over sends nothing, however long one waits. What had been begun by then may have arrived, where the adapter
 * does not know better: it stays as it is, and is looked up or repeated when its owner has logged in again and asks for it.
 */
async function unlessLoginEnds<T>(
  needs: Needs,
  work: RowToTransmit,
  transmitting: (work: RowToTransmit) => Promise<T>,
): Promise<T> {
  const { row, signal } = work
  if (row.loginId === '') return await transmitting(work)
  const { endings } = needs.logins
  const id = loginId(row.loginId)
  const before = endings.wordsFor(id)
  const wasBegun = needs.outbox.phaseOf(row) === 'interrupted'
  if (before !== undefined) throw loginEnded(needs, before, { isCertain: !wasBegun })
  const over = endings.signalOf(id)
  try {
    return await transmitting({ ...work, signal: AbortSignal.any([signal, over]) })
  } catch (error) {
    if (signal.aborted || !over.aborted) throw error
    const isCertain = !wasBegun && error instanceof BridgeError && error.isCertain
    throw loginEnded(needs, String(over.reason), { isCertain })
  }
}

/** undefined when nobody can say whether it was sent. */
async function untilTransmitted(needs: Needs, work: RowToTransmit): Promise<Transmitted | undefined> {
  if (needs.outbox.phaseOf(work.row) === 'interrupted') {
    const fate = await fateOf(needs, work)
    if (fate.fate === 'unknown') return undefined
    if (fate.fate === 'sent') return { ...fate, isConfirmed: true }
  }
  return await transmit(needs, work)
}

/** The connection broke, and the adapter has found out already that the network cannot say what arrived. */
function isUnknowable(error: unknown): error is BridgeError {
  return error instanceof BridgeError && !error.isCertain && !error.isRetryable
}

async function settleUnknowable(
  needs: Needs,
  work: RowToTransmit,
  error: BridgeError,
  also: AlsoRecord,
): Promise<void> {
  if (work.doubt.ifUnknown === 'mark') return await giveUpUncertain(needs, work, also)
  const again = new BridgeError(error.message, { isRetryable: true, cause: error })
  await noteFailure(needs, work, again)
  throw again
}

async function transmit(needs: Needs, work: RowToTransmit): Promise<Transmitted> {
  const { row, client, portal } = work
  const { db, outbox } = needs
  // The door may have closed while it waited.
  await requireThrough(needs, portal)
  const isInterrupted = outbox.phaseOf(row) === 'interrupted'
  if (isInterrupted) await db.transaction((tx) => outbox.resume(tx, row))
  else if (!outbox.isClaimed(row)) await db.transaction((tx) => outbox.claim(tx, row))
  outbox.transmit(row)
  const of = { roomId: portal.roomId, eventId: row.eventId }
  return await watched(needs, of, () => client.transmit(row.action, transmitRequest(needs, work)))
}

async function record(
  needs: Needs,
  { portal, row, sender }: RowToTransmit,
  sent: Transmitted,
  also: AlsoRecord,
): Promise<void> {
  const { roomId } = portal
  const { disappearsAtMs: dueMs } = sent
  await needs.db.transaction(async (tx) => {
    if (dueMs !== undefined && roomId !== undefined)
      await needs.disappearances.put(tx, { eventId: row.eventId, roomId, sender, dueMs })
    await needs.outbox.record(tx, row, sent)
    if (sent.remoteId !== undefined) {
      await needs.messages.setRemoteId(tx, row, sent.remoteId)
      await needs.portals.setLastConfirmed(tx, portal, sent.remoteId)
    }
    if (sent.avatarId !== undefined) await needs.portals.setShown(tx, portal, { avatarId: sent.avatarId })
    await also(tx)
  })
}

/** The room is told first: were the work called done before, a crash in between would lose the mark for ever. */
async function giveUpUncertain(needs: Needs, { portal, row, sender }: RowToTransmit, also: AlsoRecord): Promise<void> {
  if (portal.roomId !== undefined) {
    await reportUncertain(needs, { roomId: portal.roomId, eventId: row.eventId, sender })
    needs.step('bridge:uncertain-told')
  }
  await needs.db.transaction(async (tx) => {
    await needs.outbox.doubt(tx, row)
    await also(tx)
  })
  needs.metrics.uncertain()
}

/**
 * Back to prepared where the network has said that nothing was sent; left to be looked up where that is not certain. Whether it
 * is given up is for the event as a whole, and is recorded there, once its room has been told.
 */
async function noteFailure({ db, outbox }: Needs, { row }: RowToTransmit, error: unknown): Promise<void> {
  const isCertain = error instanceof BridgeError ? error.isCertain : !outbox.isClaimed(row)
  if (isCertain) await db.transaction((tx) => outbox.giveBack(tx, row, errorText(error)))
}
