import type { Transaction } from '@pons/database'
import type { Relays } from '../../login/relays.ts'
import type { Portals } from '../portals.ts'
import type { BridgeSettings } from '../../settings.ts'
import type { NeedsOf } from '../../needs-of.ts'
import { BridgeError } from '../../bridge-error.ts'
import { loginEnded } from '../../login/login-ended-error.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import { reportSuccess } from '../../matrix-side/status.ts'
import { loginId } from '../../network/ids.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import { doubtOf } from '../../outbox/doubt.ts'
import type { InboxRecord, InboxStore } from '../../storage/inbox-store.ts'
import type { OutboxRecord } from '../../storage/outbox-reader.ts'
import { outboxState, type OutboxState } from '../../storage/outbox-state.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import { planEvent } from './plan-event.ts'
import { removeReplaced, replacedReactions } from './replaced-reactions.ts'
import { storePlan } from './store-plan.ts'
import { transmitRow } from './transmit-row.ts'
import { watched } from './watched.ts'

type Needs = {
  readonly inbox: InboxStore
  readonly relays: Relays
  readonly settings: BridgeSettings
} & NeedsOf<typeof planEvent | typeof removeReplaced | typeof reportSuccess | typeof storePlan | typeof transmitRow>

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
export async function sendToNetwork(
  needs: Needs,
  portal: PortalRecord,
  record: InboxRecord,
  turn: LaneTurn,
): Promise<void> {
  const { event } = record
  let rows = await needs.outbox.ofEvent(event.event_id)
  if (rows.length === 0) {
    const wasPrepared = await prepareRows(needs, portal, record)
    if (!wasPrepared) return await settle(needs, record, 'ignored')
    needs.step('bridge:outbox-stored')
    rows = await needs.outbox.ofEvent(event.event_id)
  }
  const open = rows.filter(({ state }) => !settledStates.has(state))
  const [first] = open
  if (first === undefined) return await settle(needs, record, 'sent')
  const replaced = await replacedReactions(needs, portal, clientOf(needs, portal, first.loginId), event)
  await removeReplaced(needs, event, replaced)
  await transmitRows(needs, { portal, record, open }, turn)
}

interface OpenRows {
  readonly portal: PortalRecord
  readonly record: InboxRecord
  readonly open: readonly OutboxRecord[]
}

async function transmitRows(needs: Needs, { portal, record, open }: OpenRows, turn: LaneTurn): Promise<void> {
  const { event } = record
  const work = { portal, sender: event.sender, signal: turn.signal }
  for (const [index, row] of open.entries()) {
    const client = clientOf(needs, portal, row.loginId)
    const doubt = doubtOf(client, needs.settings)
    const next = open[index + 1]
    const { recorded } = await transmitRow(needs, { ...work, row, client, doubt }, async (tx) => {
      if (next !== undefined) return await needs.outbox.claimAhead(tx, next)
      await needs.inbox.markDone(tx, record.seq)
      await noteShown(needs, tx, portal, event)
      await turn.claimNext?.(tx)
    })
    // The parts of one message are done one after the other, however little harm a repeat would do.
    if (doubt.recordsBeforeNext || next !== undefined) await recorded
    if (next === undefined) keepRecording(turn.recording, reported(needs, record, recorded))
  }
}

/** What the network says next is compared with what it was told last. */
async function noteShown(
  { portals }: { readonly portals: Portals },
  tx: Transaction,
  portal: PortalRecord,
  { type, content: { name, topic } }: ClientEvent,
): Promise<void> {
  if (type === 'm.room.name' && typeof name === 'string') await portals.setShown(tx, portal, { name })
  if (type === 'm.room.topic' && typeof topic === 'string') await portals.setShown(tx, portal, { topic })
}

async function reported(needs: Needs, { event }: InboxRecord, recorded: Promise<void>): Promise<void> {
  await recorded
  needs.metrics.matrixEvent(event.type, 'sent')
  await reportSuccess(needs, { roomId: event.room_id, eventId: event.event_id })
}

function keepRecording(recording: Promise<void>[], recorded: Promise<void>): void {
  // Whoever waits for it is told; until then it is nobody's unhandled failure.
  recorded.catch(() => undefined)
  recording.push(recorded)
}

async function settle(needs: Needs, record: InboxRecord, result: 'sent' | 'ignored'): Promise<void> {
  await needs.db.transaction((tx) => needs.inbox.markDone(tx, record.seq))
  needs.metrics.matrixEvent(record.event.type, result)
}

/** False when the event asks nothing of the network. */
async function prepareRows(needs: Needs, portal: PortalRecord, { event }: InboxRecord): Promise<boolean> {
  const of = { roomId: portal.roomId, eventId: event.event_id }
  const plan = await watched(needs, of, () => planEvent(needs, portal, event))
  if (plan === undefined) return false
  await needs.db.transaction(async (tx) => {
    await storePlan(needs, tx, plan)
    // What is to be done here first may fail: until then nothing is on its way.
    const isNext = plan.actions.length > 0 && plan.replaced.length === 0
    if (isNext) await needs.outbox.claim(tx, { eventId: event.event_id, part: 0 })
  })
  return plan.actions.length > 0
}

function clientOf(needs: Needs, portal: PortalRecord, id: string): NetworkClient {
  const client = id === '' ? needs.relays.of(portal.chat) : needs.logins.get(loginId(id))?.client
  if (client !== undefined) return client
  if (id === '') throw new BridgeError('the relay that was to send this is gone')
  throw loginEnded(needs, 'the login that was to send this is gone')
}
