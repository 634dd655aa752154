import { isEventId, type JsonObject, type UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Logins } from '../login/logins.ts'
import type { OwnReceipts } from '../matrix-side/own-receipts.ts'
import type { Portals } from '../portal/portals.ts'
import type { MessageStore } from '../storage/message-store.ts'
import type { NeedsOf } from '../needs-of.ts'
import type { EphemeralEvent } from '../matrix-side/client-event.ts'
import type { NetworkClient } from '../network/network-client.ts'
import { isCutOff } from '../portal/door.ts'
import type { PortalRecord } from '../storage/portal-store.ts'

type Needs = {
  readonly logger: Logger
  readonly logins: Logins
  readonly messages: MessageStore
  readonly ownReceipts: OwnReceipts
  readonly portals: Portals
} & NeedsOf<typeof isCutOff>

/** Who was typing where, as far as the network was told: a client says who types now, and a network hears who stopped. */
type Typing = Map<number, ReadonlySet<UserId>>

/** Typing and receipts: worth telling the network now or never, so they are not queued, and what fails is forgotten. */
export function ephemeralForwarder(needs: Needs): (event: EphemeralEvent) => void {
  const typing: Typing = new Map()
  return (event) => void forward(needs, typing, event)
}

async function forward(needs: Needs, typing: Typing, event: EphemeralEvent): Promise<void> {
  try {
    const portal = event.room_id && (await needs.portals.byRoom(event.room_id))
    if (!portal || (await isCutOff(needs, portal.nid))) return
    if (event.type === 'm.typing') await forwardTyping(needs, portal, { typing, content: event.content })
    if (event.type === 'm.receipt') await forwardReceipts(needs, portal, event.content)
  } catch (error) {
    needs.logger.debug({ err: error, type: event.type }, 'ephemeral event not carried over')
  }
}

async function forwardTyping(
  needs: Needs,
  portal: PortalRecord,
  { typing, content }: { readonly typing: Typing; readonly content: JsonObject },
): Promise<void> {
  const before = typing.get(portal.nid) ?? new Set<UserId>()
  const now = new Set((Array.isArray(content['user_ids']) ? content['user_ids'] : []) as UserId[])
  if (now.size > 0) typing.set(portal.nid, now)
  else typing.delete(portal.nid)
  for (const userId of new Set([...now, ...before])) {
    const tell = clientOf(needs, portal, userId)?.handlers.typing
    await tell?.({ chat: portal.chat, userId, isTyping: now.has(userId) })
  }
}

async function forwardReceipts(needs: Needs, portal: PortalRecord, content: JsonObject): Promise<void> {
  for (const [eventId, receipts] of Object.entries(content)) {
    const readers = Object.keys((receipts as { 'm.read'?: JsonObject })['m.read'] ?? {}) as UserId[]
    for (const userId of readers) {
      if (!isEventId(eventId) || (portal.roomId && needs.ownReceipts.has(portal.roomId, userId, eventId))) continue
      const receipt = clientOf(needs, portal, userId)?.handlers.receipt
      const target = receipt && (await needs.messages.target(eventId))
      const upTo = target?.remoteIds.at(-1)
      if (target === undefined || upTo === undefined) continue
      const author = 'remote' in target.author && { upToAuthor: target.author.remote }
      await receipt?.({ chat: portal.chat, userId, upTo, ...author })
    }
  }
}

function clientOf(needs: Needs, portal: PortalRecord, userId: UserId): NetworkClient | undefined {
  return needs.logins.speakingFor(userId, portal.chat)?.client
}
