import type { RoomId } from '@pons/matrix'
import type { Transaction } from '@pons/database'
import type { BridgeContext } from '../../bridge-context.ts'
import { BridgeError } from '../../bridge-error.ts'
import { saysNothing } from '../../document/says-nothing.ts'
import { journalKey } from '../../identity/journal-key.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import type { RemoteEvent, RemoteMessage } from '../../network/remote-event.ts'
import { isRetryable } from '../../retry.ts'
import type { JournalRecord } from '../../store/journal-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { cleanEvent } from '../../network/clean-event.ts'
import { isKnown } from './is-known.ts'
import { deliverMessage } from './message.ts'

const maxTries = 3

/**
 * What was said before the portal was made, delivered once, ahead of the first event. A crash in the middle begins anew:
 * what is in the room already is known by its transaction ids.
 */
export async function deliverHistory(
  context: BridgeContext,
  portal: PortalRecord & { readonly roomId: RoomId },
  { event: first, attempts }: Pick<JournalRecord, 'event' | 'attempts'>,
): Promise<void> {
  const { hasHistory } = await context.portals.byNid(portal.nid)
  if (hasHistory) return
  const messages = await readHistory(context, portal, first).catch(async (error: unknown) => {
    // What is said now must not be held up for ever by what was said before, nor be given up for it.
    if (context.signal.aborted || (attempts < maxTries && isRetryable(error))) throw error
    context.logger.warn({ err: error, portalNid: portal.nid }, 'history could not be read')
    await tellUnread(context, portal, error)
    return []
  })
  for (const message of messages) {
    await deliverOne(context, portal, message)
    context.step('bridge:history-delivered')
  }
  await context.portals.setHasHistory(portal)
}

/** Once, before what is said now. */
async function tellUnread(context: BridgeContext, { chat, roomId }: PortalRecord, error: unknown): Promise<void> {
  if (!context.settings.failure_notices) return
  const why = error instanceof BridgeError ? error.message : 'the network did not give it'
  const content = { msgtype: 'm.notice', body: `What was said here before could not be read: ${why}` }
  const txnId = txnIdOf('unread-history', context.connector.info.id, chat.chat, chat.receiver ?? '')
  await context.tellRoom(roomId, { type: 'm.room.message', txnId, content })
}

async function readHistory(context: BridgeContext, portal: PortalRecord, first: RemoteEvent): Promise<RemoteMessage[]> {
  const limit = context.settings.initial_history
  const client = clientFor(context, portal, first)
  if (limit === 0 || portal.isPlumbed || client?.handlers.history === undefined) return []
  const before =
    first.kind === 'message' ? { before: first.id, ...(first.idBy !== undefined && { beforeBy: first.idBy }) } : {}
  const messages = await client.handlers.history({ chat: portal.chat, limit, ...before })
  const unknown: RemoteMessage[] = []
  for (const given of messages.slice(-limit)) {
    const message = cleanEvent(given) as RemoteMessage
    if (saysNothing(message.document) || isSame(context, message, first) || (await isKnown(context, portal, message)))
      continue
    unknown.push(message)
  }
  return unknown
}

function isSame({ aliases }: BridgeContext, one: RemoteEvent, other: RemoteEvent): boolean {
  return journalKey(aliases, one) === journalKey(aliases, other)
}

function clientFor(context: BridgeContext, { chat }: PortalRecord, first: RemoteEvent): NetworkClient | undefined {
  const login = first.login ?? chat.receiver
  return (login && context.logins.get(login)?.client) ?? context.connector.handlers.relay?.(chat)
}

async function deliverOne(
  context: BridgeContext,
  portal: PortalRecord & { readonly roomId: RoomId },
  event: RemoteMessage,
): Promise<void> {
  const writes: ((tx: Transaction) => Promise<void>)[] = []
  const { roomId } = portal
  await deliverMessage(context, { portal, roomId, event, record: (write) => void writes.push(write) })
  await context.db.transaction(async (tx) => {
    for (const write of writes) await write(tx)
    const as = { key: journalKey(context.aliases, event), nowMs: context.clock.now() }
    await context.journal.addDone(tx, portal.nid, as)
  })
}
