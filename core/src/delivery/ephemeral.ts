import { isEventId, type JsonObject, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { EphemeralEvent } from '../matrix-side/client-event.ts'
import type { NetworkClient } from '../network/network-client.ts'
import type { PortalRecord } from '../store/portal-store.ts'

/** Typing and receipts: a lane of their own, worth delivering now or never. */
export async function forwardEphemeral(context: BridgeContext, event: EphemeralEvent): Promise<void> {
  try {
    const portal = event.room_id && (await context.portals.byRoom(event.room_id))
    if (!portal) return
    if (event.type === 'm.typing') await forwardTyping(context, portal, event.content)
    if (event.type === 'm.receipt') await forwardReceipts(context, portal, event.content)
  } catch (error) {
    context.logger.debug({ err: error, type: event.type }, 'ephemeral event not carried over')
  }
}

async function forwardTyping(context: BridgeContext, portal: PortalRecord, content: JsonObject): Promise<void> {
  const users = Array.isArray(content['user_ids']) ? content['user_ids'] : []
  for (const userId of users as UserId[]) {
    const typing = clientOf(context, portal, userId)?.handlers.typing
    await typing?.({ chat: portal.chat, userId, isTyping: true })
  }
}

async function forwardReceipts(context: BridgeContext, portal: PortalRecord, content: JsonObject): Promise<void> {
  for (const [eventId, receipts] of Object.entries(content)) {
    const readers = Object.keys((receipts as { 'm.read'?: JsonObject })['m.read'] ?? {}) as UserId[]
    for (const userId of readers) {
      const receipt = clientOf(context, portal, userId)?.handlers.receipt
      const target = receipt && isEventId(eventId) ? await context.messages.target(eventId) : undefined
      const upTo = target?.remoteIds.at(-1)
      if (upTo !== undefined) await receipt?.({ chat: portal.chat, userId, upTo })
    }
  }
}

function clientOf(context: BridgeContext, portal: PortalRecord, userId: UserId): NetworkClient | undefined {
  return context.logins.speakingFor(userId, portal.chat)?.client
}
