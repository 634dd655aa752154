import type { Transaction } from '@pons/database'
import type { BridgeContext } from '../../bridge-context.ts'
import { BridgeError } from '../../bridge-error.ts'
import { reportUncertain } from '../../matrix-side/status.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { IdempotencyKey } from '../../network/ids.ts'
import type { Fate, NetworkClient, TransmitContext, Transmitted } from '../../network/network-client.ts'
import { errorText, maxAttempts } from '../../queue/retry.ts'
import { outboxState, type OutboxRecord } from '../../store/outbox-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'

interface RowToTransmit {
  readonly portal: PortalRecord
  readonly row: OutboxRecord
  readonly client: NetworkClient
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
    sent = await untilTransmitted(context, work)
  } catch (error) {
    if (!isUnknowable(error)) {
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
  const portal = await context.portals.byNid(row.portalNid)
  const fate = await client.recover(row.action, {
    ...transmitContext(context, work),
    startedAtMs: row.startedMs ?? 0,
    ...(portal.lastConfirmed !== undefined && { lastConfirmed: portal.lastConfirmed }),
  })
  context.logger.info({ eventId: row.eventId, part: row.part, fate: fate.fate }, 'interrupted send looked up')
  const isResent = fate.fate === 'unknown' && context.settings.uncertain_messages === 'resend'
  return isResent ? { fate: 'not-sent' } : fate
}

async function transmit(context: BridgeContext, work: RowToTransmit, wasInterrupted: boolean): Promise<Transmitted> {
  const { row, client } = work
  if (wasInterrupted || !context.claims.has(row)) {
    await context.db.transaction((tx) => context.claims.claim(tx, row))
  }
  return await client.transmit(row.action, transmitContext(context, work))
}

function transmitContext(context: BridgeContext, { portal, row, signal }: RowToTransmit): TransmitContext {
  const key = txnIdOf(context.connector.info.id, row.eventId, row.part) as string as IdempotencyKey
  return { chat: portal.chat, key, attempt: row.attempts + 1, signal }
}

async function record(
  context: BridgeContext,
  { portal, row }: RowToTransmit,
  sent: Transmitted,
  also: AlsoRecord,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    await context.outbox.markSent(tx, row.eventId, row.part, sent)
    if (sent.remoteId !== undefined) {
      await context.messages.setRemoteId(tx, row, sent.remoteId)
      await context.portals.setLastConfirmed(tx, portal, sent.remoteId)
    }
    await also(tx)
  })
}

async function giveUpUncertain(
  context: BridgeContext,
  { portal, row }: RowToTransmit,
  also: AlsoRecord,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    await context.outbox.markState(tx, row.eventId, row.part, { state: outboxState.uncertain })
    await also(tx)
  })
  context.metrics.uncertain()
  if (portal.roomId !== undefined) await reportUncertain(context, { roomId: portal.roomId, eventId: row.eventId })
}

/** Back to pending where nothing was sent; left as `sending`, and so to be looked up, where that is not certain. */
async function noteFailure(context: BridgeContext, { row }: RowToTransmit, error: unknown): Promise<void> {
  const isCertain = error instanceof BridgeError ? error.isCertain : !context.claims.has(row)
  if (!isCertain) return
  const isFinal = error instanceof BridgeError && !error.isRetryable
  const isParked = isFinal || row.attempts + 1 >= maxAttempts
  const state = isParked ? outboxState.parked : outboxState.pending
  await context.db.transaction((tx) =>
    context.outbox.markState(tx, row.eventId, row.part, { state, error: errorText(error) }),
  )
}
