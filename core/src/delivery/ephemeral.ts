import { isEventId, type JsonObject, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { EphemeralEvent } from '../matrix-side/client-event.ts'
import type { NetworkClient } from '../network/network-client.ts'
import { isCutOff } from '../portal/door.ts'
import type { PortalRecord } from '../store/portal-store.ts'

/** Typing and receipts: worth telling the network now or never, so they are not queued, and what fails is forgotten. */
export async function forwardEphemeral(context: BridgeContext, event: EphemeralEvent): Promise<void> {
  try {
    const portal = event.room_id && (await context.portals.byRoom(event.room_id))
    if (!portal || (await isCutOff(context, portal.nid))) return
    if (event.type === 'm.typing') await forwardTyping(context, portal, event.content)
    if (event.type === 'm.receipt') await forwardReceipts(context, portal, event.content)
  } catch (error) {
    context.logger.debug({ err: error, type: event.type }, 'ephemeral event not carried over')
  }
}

/** Who was typing where, as far as the networks were told: a client says who types now, and a network hears who stopped. */
const typing = new WeakMap<BridgeContext, Map<number, ReadonlySet<UserId>>>()

async function forwardTyping(context: BridgeContext, portal: PortalRecord, content: JsonObject): Promise<void> {
  const rooms = typing.get(context) ?? new Map<number, ReadonlySet<UserId>>()
  typing.set(context, rooms)
  const before = rooms.get(portal.nid) ?? new Set<UserId>()
  const now = new Set((Array.isArray(content['user_ids']) ? content['user_ids'] : []) as UserId[])
  if (now.size > 0) rooms.set(portal.nid, now)
  else rooms.delete(portal.nid)
  for (const userId of new Set([...now, ...before])) {
    const tell = clientOf(context, portal, userId)?.handlers.typing
    await tell?.({ chat: portal.chat, userId, isTyping: now.has(userId) })
  }
}

async function forwardReceipts(context: BridgeContext, portal: PortalRecord, content: JsonObject): Promise<void> {
  for (const [eventId, receipts] of Object.entries(content)) {
    const readers = Object.keys((receipts as { 'm.read'?: JsonObject })['m.read'] ?? {}) as UserId[]
    for (const userId of readers) {
      if (!isEventId(eventId) || (portal.roomId && context.ownReceipts.has(portal.roomId, userId, eventId))) continue
      const receipt = clientOf(context, portal, userId)?.handlers.receipt
      const target = receipt && (await context.messages.target(eventId))
      const upTo = target?.remoteIds.at(-1)
      if (target === undefined || upTo === undefined) continue
      const author = 'remote' in target.author && { upToAuthor: target.author.remote }
      await receipt?.({ chat: portal.chat, userId, upTo, ...author })
    }
  }
}

function clientOf(context: BridgeContext, portal: PortalRecord, userId: UserId): NetworkClient | undefined {
  return context.logins.speakingFor(userId, portal.chat)?.client
}
