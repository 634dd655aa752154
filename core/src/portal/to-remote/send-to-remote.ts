import type { Transaction } from '@pons/database'
import type { BridgeContext } from '../../bridge-context.ts'
import { BridgeError } from '../../bridge-error.ts'
import { loginEnded } from '../../login/login-ended-error.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import { reportSuccess } from '../../matrix-side/status.ts'
import { loginId } from '../../network/ids.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import type { InboxRecord } from '../../store/inbox-store.ts'
import { outboxState, type OutboxState } from '../../store/outbox-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { planEvent, storePlan, type ToRemote } from './plan-event.ts'
import { transmitRow } from './transmit-row.ts'
import { watched } from './watched.ts'

/** Nothing is left to be done; a row that an earlier version parked is tried with its event. */
const settledStates: ReadonlySet<OutboxState> = new Set([
  outboxState.sent,
  outboxState.confirmed,
  outboxState.uncertain,
])

/** How an event fits into the work on its room. */
export interface LaneTurn {
  readonly signal: AbortSignal
  /** Takes what is being recorded while the next event is on its way; whoever gives it waits for all of it. */
  readonly recording: Promise<void>[]
  /** Claims the event behind this one, where it was prepared ahead. */
  readonly claimNext?: (tx: Transaction) => Promise<void>
}

/**
 * Carries one Matrix event to the network. First what is to be done is stored, each action a row; then the rows are done
 * one after another. A repeat after a crash goes on at the first row that is not done.
 */
export async function sendToRemote(
  { context, names }: ToRemote,
  portal: PortalRecord,
  record: InboxRecord,
  turn: LaneTurn,
): Promise<void> {
  const { event } = record
  let rows = await context.outbox.ofEvent(event.event_id)
  if (rows.length === 0) {
    const wasPrepared = await prepareRows({ context, names }, portal, record)
    if (!wasPrepared) return await settle(context, record, 'ignored')
    context.step('bridge:outbox-stored')
    rows = await context.outbox.ofEvent(event.event_id)
  }
  const open = rows.filter(({ state }) => !settledStates.has(state))
  if (open.length === 0) return await settle(context, record, 'sent')
  const work = { portal, sender: event.sender, signal: turn.signal }
  for (const [index, row] of open.entries()) {
    const client = clientOf(context, portal, row.loginId)
    const next = open[index + 1]
    const { recorded } = await transmitRow(context, { ...work, row, client }, async (tx) => {
      if (next !== undefined) return await context.claims.claim(tx, next)
      await context.inbox.markDone(tx, record.seq)
      await noteShown(context, tx, portal, event)
      await turn.claimNext?.(tx)
    })
    // What a repeat cannot double may go on before the last is recorded; of anything else at most one may be in doubt.
    const isHarmless = client.recover === undefined && next === undefined
    if (!isHarmless) await recorded
    if (next === undefined) keepRecording(turn.recording, reported(context, record, recorded))
  }
}

/** What the network says next is compared with what it was told last. */
async function noteShown(
  { portals }: BridgeContext,
  tx: Transaction,
  portal: PortalRecord,
  { type, content: { name, topic } }: ClientEvent,
): Promise<void> {
  if (type === 'm.room.name' && typeof name === 'string') await portals.setShown(tx, portal, { name })
  if (type === 'm.room.topic' && typeof topic === 'string') await portals.setShown(tx, portal, { topic })
}

async function reported(context: BridgeContext, { event }: InboxRecord, recorded: Promise<void>): Promise<void> {
  await recorded
  context.metrics.matrixEvent(event.type, 'sent')
  await reportSuccess(context, { roomId: event.room_id, eventId: event.event_id })
}

function keepRecording(recording: Promise<void>[], recorded: Promise<void>): void {
  // Whoever waits for it is told; until then it is nobody's unhandled failure.
  recorded.catch(() => undefined)
  recording.push(recorded)
}

async function settle(context: BridgeContext, record: InboxRecord, result: 'sent' | 'ignored'): Promise<void> {
  await context.db.transaction((tx) => context.inbox.markDone(tx, record.seq))
  context.metrics.matrixEvent(record.event.type, result)
}

/** False when the event asks nothing of the network. */
async function prepareRows(parts: ToRemote, portal: PortalRecord, { event }: InboxRecord): Promise<boolean> {
  const { context } = parts
  const of = { roomId: portal.roomId, eventId: event.event_id }
  const plan = await watched(context, of, () => planEvent(parts, portal, event))
  if (plan === undefined) return false
  await context.db.transaction(async (tx) => {
    await storePlan(context, tx, plan)
    if (plan.actions.length > 0) await context.claims.claim(tx, { eventId: event.event_id, part: 0 })
  })
  return plan.actions.length > 0
}

function clientOf(context: BridgeContext, portal: PortalRecord, id: string): NetworkClient {
  const client = id === '' ? context.relays.of(portal.chat) : context.logins.get(loginId(id))?.client
  if (client !== undefined) return client
  if (id === '') throw new BridgeError('the relay that was to send this is gone')
  throw loginEnded(context, 'the login that was to send this is gone')
}
