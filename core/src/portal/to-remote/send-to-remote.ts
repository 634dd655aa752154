import type { Transaction } from '@pons/database'
import type { BridgeContext } from '../../bridge-context.ts'
import { BridgeError } from '../../bridge-error.ts'
import { plainText } from '../../document/plain-text.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import { reportSuccess } from '../../matrix-side/status.ts'
import { loginId } from '../../network/ids.ts'
import type { MatrixIntent, MatrixSender } from '../../network/matrix-intent.ts'
import type { NetworkClient, RemoteAction } from '../../network/network-client.ts'
import type { InboxRecord } from '../../store/inbox-store.ts'
import { outboxState } from '../../store/outbox-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { enforceLimits } from './enforce-limits.ts'
import { intentsOf } from './intents-of.ts'
import { makeRoomForReaction } from './make-room-for-reaction.ts'
import { prepare } from './prepare.ts'
import type { SenderNames } from './sender-name.ts'
import { transmitRow } from './transmit-row.ts'

export interface ToRemote {
  readonly context: BridgeContext
  readonly names: SenderNames
}

/**
 * Carries one Matrix event to the network. First what is to be done is stored, each action a row; then the rows are done
 * one after another. A repeat after a crash goes on at the first row that is not done.
 */
export async function sendToRemote(
  { context, names }: ToRemote,
  portal: PortalRecord,
  record: InboxRecord,
  signal: AbortSignal,
): Promise<void> {
  const { event } = record
  let rows = await context.outbox.ofEvent(event.event_id)
  if (rows.length === 0) {
    const wasPrepared = await prepareRows({ context, names }, portal, event)
    if (!wasPrepared) return await settle(context, record, 'ignored')
    context.step('bridge:outbox-stored')
    rows = await context.outbox.ofEvent(event.event_id)
  }
  const open = rows.filter(({ state }) => state === outboxState.pending || state === outboxState.sending)
  if (open.length === 0) return await settle(context, record, 'sent')
  for (const [index, row] of open.entries()) {
    const client = clientOf(context, portal, row.loginId)
    const next = open[index + 1]
    await transmitRow(context, { portal, row, client, signal }, async (tx) => {
      if (next === undefined) await context.inbox.markDone(tx, record.seq)
      else await context.claims.claim(tx, next)
    })
  }
  context.metrics.matrixEvent(event.type, 'sent')
  await reportSuccess(context, { roomId: event.room_id, eventId: event.event_id })
}

async function settle(context: BridgeContext, record: InboxRecord, result: 'sent' | 'ignored'): Promise<void> {
  await context.db.transaction((tx) => context.inbox.markDone(tx, record.seq))
  context.metrics.matrixEvent(record.event.type, result)
}

/** False when the event asks nothing of the network. */
async function prepareRows({ context, names }: ToRemote, portal: PortalRecord, event: ClientEvent): Promise<boolean> {
  const login = context.logins.speakingFor(event.sender, portal.chat)
  const sender: MatrixSender = {
    userId: event.sender,
    displayName: await names.of(event.room_id, event.sender),
    viaRelay: login === undefined,
  }
  const intents = await intentsOf(context, portal, event, sender)
  if (intents.length === 0) return false
  const client = login?.client ?? context.connector.handlers.relay?.(portal.chat)
  if (client === undefined) return refuseUnlessSilent(intents)
  const actions: RemoteAction[] = []
  for (const intent of intents) {
    await makeRoomForReaction(context, portal, client, intent)
    actions.push(...(await prepareIntent(client, intent, context.clock.now())))
  }
  await context.db.transaction(async (tx) => {
    for (const [part, action] of actions.entries()) {
      const row = { eventId: event.event_id, part, portalNid: portal.nid, loginId: login?.record.id ?? '', action }
      await context.outbox.add(tx, row)
    }
    if (actions.length > 0) await context.claims.claim(tx, { eventId: event.event_id, part: 0 })
    await rememberMessage(context, tx, { portal, event, intents, parts: Math.max(1, actions.length) })
  })
  return actions.length > 0
}

/** Somebody who only joins or leaves needs no connection; somebody who speaks must learn that nobody hears them. */
function refuseUnlessSilent(intents: readonly MatrixIntent[]): boolean {
  if (intents.every(({ kind }) => kind === 'membership' || kind === 'power-level')) return false
  throw new BridgeError('you are not logged in to this network, and this chat has no relay', {
    reason: 'm.no_permission',
  })
}

async function prepareIntent(
  client: NetworkClient,
  intent: MatrixIntent,
  nowMs: number,
): Promise<readonly RemoteAction[]> {
  enforceLimits(client.capabilities ?? {}, intent, nowMs)
  const actions = await prepare(client.handlers, intent)
  if (actions !== undefined) return actions
  const isWorthSaying = intent.kind === 'edit' || intent.kind === 'redaction'
  if (!isWorthSaying) return []
  throw new BridgeError(`this network has no ${intent.kind}s`, { reason: 'com.beeper.unsupported_event' })
}

async function rememberMessage(
  context: BridgeContext,
  tx: Transaction,
  message: { portal: PortalRecord; event: ClientEvent; intents: readonly MatrixIntent[]; parts: number },
): Promise<void> {
  const { portal, event, parts } = message
  for (const intent of message.intents) {
    if (intent.kind === 'redaction') await context.messages.markRedacted(tx, intent.target.eventId)
    await rememberReaction(context, tx, { portal, event, intent })
    if (intent.kind === 'edit') await context.messages.setBody(tx, intent.target.eventId, plainText(intent.document))
    if (intent.kind !== 'message') continue
    for (let part = 0; part < parts; part++) {
      await context.messages.put(tx, {
        eventId: event.event_id,
        part,
        portalNid: portal.nid,
        author: { matrix: event.sender },
        authorName: intent.sender.displayName,
        body: plainText(intent.document),
        timestampMs: event.origin_server_ts,
      })
    }
  }
}

/** Kept so that its echo is known, and so that a redaction finds what to take back. */
async function rememberReaction(
  context: BridgeContext,
  tx: Transaction,
  { portal, event, intent }: { portal: PortalRecord; event: ClientEvent; intent: MatrixIntent },
): Promise<void> {
  if (intent.kind !== 'reaction' && intent.kind !== 'reaction-removal') return
  const { target, key: reaction } = intent
  const key = { portalNid: portal.nid, target: target.eventId, sender: event.sender, reaction }
  if (intent.kind === 'reaction') await context.reactions.put(tx, key, event.event_id)
  else await context.reactions.remove(tx, key)
}

function clientOf(context: BridgeContext, portal: PortalRecord, id: string): NetworkClient {
  const client = id === '' ? context.connector.handlers.relay?.(portal.chat) : context.logins.get(loginId(id))?.client
  if (client !== undefined) return client
  throw new BridgeError('the login that was to send this is gone; log in again and say `retry`')
}
