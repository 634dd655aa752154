import type { Transaction } from '@pons/database'
import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import { BridgeError } from '../../bridge-error.ts'
import { loginEnded, LoginEndedError } from '../../login/login-ended-error.ts'
import { reportUncertain } from '../../matrix-side/status.ts'
import { loginId } from '../../network/ids.ts'
import type { Fate, NetworkClient, TransmitContext, Transmitted } from '../../network/network-client.ts'
import { errorText } from '../../retry.ts'
import { outboxState, type OutboxRecord } from '../../store/outbox-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { requireThrough } from '../door.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import { watched } from './watched.ts'

interface RowToTransmit {
  readonly portal: PortalRecord
  readonly row: OutboxRecord
  readonly client: NetworkClient
  /** Who is told, should nobody be able to say whether it was sent. */
  readonly sender: UserId
  readonly signal: AbortSignal
}

type AlsoRecord = (tx: Transaction) => Promise<void>

/** What was done is being recorded. */
export interface Transmission {
  readonly recorded: Promise<void>
}

/** Does one action, and begins to record its outcome together with what else the caller has to record. */
export async function transmitRow(
  context: BridgeContext,
  work: RowToTransmit,
  also: AlsoRecord,
): Promise<Transmission> {
  const { row } = work
  let sent: Transmitted | undefined
  context.claims.begin(work.portal.nid, row)
  try {
    sent = await unlessLoginEnds(context, work, (until) => untilTransmitted(context, until))
  } catch (error) {
    // What was broken off has found out nothing: it is looked up at the next start.
    if (error instanceof LoginEndedError || !isUnknowable(error) || work.signal.aborted) {
      await noteFailure(context, work, error)
      context.claims.release(row)
      throw error
    }
    await released(context, row, settleUnknowable(context, work, error, also))
    return { recorded: Promise.resolve() }
  }
  if (sent === undefined) {
    await released(context, row, giveUpUncertain(context, work, also))
    return { recorded: Promise.resolve() }
  }
  context.step('bridge:transmitted')
  return { recorded: released(context, row, record(context, work, sent, also)) }
}

async function released(context: BridgeContext, row: OutboxRecord, recording: Promise<void>): Promise<void> {
  try {
    await recording
    context.step('bridge:outbox-recorded')
  } finally {
    context.claims.release(row)
  }
}

/**
 * A login that is over sends nothing, however long one waits. What had been begun by then may have arrived, where the adapter
 * does not know better: it stays as it is, and is looked up or repeated when its owner has logged in again and asks for it.
 */
async function unlessLoginEnds<T>(
  context: BridgeContext,
  work: RowToTransmit,
  transmitting: (work: RowToTransmit) => Promise<T>,
): Promise<T> {
  const { row, signal } = work
  if (row.loginId === '') return await transmitting(work)
  const { endings } = context.logins
  const id = loginId(row.loginId)
  const before = endings.wordsFor(id)
  if (before !== undefined) throw loginEnded(context, before, { isCertain: !isInterrupted(context, row) })
  const over = endings.signalOf(id)
  const wasBegun = isInterrupted(context, row)
  try {
    return await transmitting({ ...work, signal: AbortSignal.any([signal, over]) })
  } catch (error) {
    if (signal.aborted || !over.aborted) throw error
    const isCertain = !wasBegun && error instanceof BridgeError && error.isCertain
    throw loginEnded(context, String(over.reason), { isCertain })
  }
}

/** undefined when nobody can say whether it was sent. */
async function untilTransmitted(context: BridgeContext, work: RowToTransmit): Promise<Transmitted | undefined> {
  const fate = isInterrupted(context, work.row) ? await recover(context, work) : undefined
  if (fate?.fate === 'unknown') return undefined
  if (fate?.fate === 'sent') return { ...fate, isConfirmed: true }
  return await transmit(context, work, fate !== undefined)
}

function isInterrupted(context: BridgeContext, row: OutboxRecord): boolean {
  return row.state === outboxState.sending && !context.claims.has(row)
}

/** The connection broke, and the adapter has found out already that the network cannot say what arrived. */
function isUnknowable(error: unknown): error is BridgeError {
  return error instanceof BridgeError && !error.isCertain && !error.isRetryable
}

async function settleUnknowable(
  context: BridgeContext,
  work: RowToTransmit,
  error: BridgeError,
  also: AlsoRecord,
): Promise<void> {
  if (context.settings.uncertain_messages === 'mark') return await giveUpUncertain(context, work, also)
  const again = new BridgeError(error.message, { isRetryable: true, cause: error })
  await noteFailure(context, work, again)
  throw again
}

/** `not-sent` where a repeat is harmless, by the network's own key. */
async function recover(context: BridgeContext, work: RowToTransmit): Promise<Fate> {
  const { client, row } = work
  if (client.recover === undefined) return { fate: 'not-sent' }
  const fate = await lookedUp(context, work)
  context.logger.info({ eventId: row.eventId, part: row.part, fate: fate.fate }, 'interrupted send looked up')
  const isResent = fate.fate === 'unknown' && context.settings.uncertain_messages === 'resend'
  return isResent ? { fate: 'not-sent' } : fate
}

/** A look-up that fails says nothing of the send: the row stays as it is, and is looked up again. */
async function lookedUp(context: BridgeContext, work: RowToTransmit): Promise<Fate> {
  const { client, row } = work
  try {
    const portal = await context.portals.byNid(row.portalNid)
    const request = {
      ...transmitContext(context, work),
      startedAtMs: row.startedMs ?? 0,
      ...(portal.lastConfirmed !== undefined && { lastConfirmed: portal.lastConfirmed }),
    }
    const asked = client.recover?.bind(client)
    if (asked === undefined) return { fate: 'not-sent' }
    const of = { roomId: portal.roomId, eventId: row.eventId }
    const fate = await watched(context, of, () => asked(row.action, request))
    if (fate.fate === 'unknown' && work.signal.aborted) throw new BridgeError('the look-up was broken off')
    return fate
  } catch (error) {
    const words = error instanceof BridgeError ? error.message : 'the look-up failed'
    throw new BridgeError(
      `the bridge was cut off while sending this, and cannot find out whether it arrived: ${words}`,
      {
        isCertain: false,
        isRetryable: true,
        cause: error,
      },
    )
  }
}

async function transmit(context: BridgeContext, work: RowToTransmit, wasInterrupted: boolean): Promise<Transmitted> {
  const { row, client, portal } = work
  // The door may have closed while it waited.
  await requireThrough(context, portal)
  if (wasInterrupted || !context.claims.has(row)) {
    await context.db.transaction((tx) => context.claims.claim(tx, row))
  }
  const of = { roomId: portal.roomId, eventId: row.eventId }
  return await watched(context, of, () => client.transmit(row.action, transmitContext(context, work)))
}

function transmitContext(context: BridgeContext, { portal, row, signal }: RowToTransmit): TransmitContext {
  const { startedMs } = row
  const key = idempotencyKeyOf(context, row)
  const earlier = startedMs === undefined ? {} : { startedAtMs: startedMs }
  return { chat: portal.chat, key, attempt: row.attempts + 1, ...earlier, signal }
}

async function record(
  context: BridgeContext,
  { portal, row, sender }: RowToTransmit,
  sent: Transmitted,
  also: AlsoRecord,
): Promise<void> {
  const { roomId } = portal
  const { disappearsAtMs: dueMs } = sent
  await context.db.transaction(async (tx) => {
    if (dueMs !== undefined && roomId !== undefined)
      await context.disappearances.put(tx, { eventId: row.eventId, roomId, sender, dueMs })
    await context.outbox.markSent(tx, row.eventId, row.part, sent)
    if (sent.remoteId !== undefined) {
      await context.messages.setRemoteId(tx, row, sent.remoteId)
      await context.portals.setLastConfirmed(tx, portal, sent.remoteId)
    }
    if (sent.avatarId !== undefined) await context.portals.setShown(tx, portal, { avatarId: sent.avatarId })
    await also(tx)
  })
}

/** The room is told first: were the work called done before, a crash in between would lose the mark for ever. */
async function giveUpUncertain(
  context: BridgeContext,
  { portal, row, sender }: RowToTransmit,
  also: AlsoRecord,
): Promise<void> {
  if (portal.roomId !== undefined) {
    await reportUncertain(context, { roomId: portal.roomId, eventId: row.eventId, sender })
    context.step('bridge:uncertain-told')
  }
  await context.db.transaction(async (tx) => {
    await context.outbox.markState(tx, row.eventId, row.part, { state: outboxState.uncertain })
    await also(tx)
  })
  context.metrics.uncertain()
}

/**
 * Back to pending where the network has said that nothing was sent; left as `sending`, and so to be looked up, where that is
 * not certain. Whether it is given up is for the event as a whole, and is recorded there, once its room has been told.
 */
async function noteFailure(context: BridgeContext, { row }: RowToTransmit, error: unknown): Promise<void> {
  const isCertain = error instanceof BridgeError ? error.isCertain : !context.claims.has(row)
  if (!isCertain) return
  const state = outboxState.pending
  await context.db.transaction((tx) =>
    context.outbox.markState(tx, row.eventId, row.part, { state, error: errorText(error) }),
  )
}
