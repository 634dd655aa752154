import type { BridgeContext } from '../../bridge-context.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { RemoteRedaction } from '../../network/remote-event.ts'
import type { MessageRecord } from '../../store/message-store.ts'
import type { Delivery } from './delivery.ts'
import { puppetMark } from './message.ts'
import { speakerFor } from './speaker.ts'

/** By its author as themselves; by anybody else through the bot, who may redact what the network's moderators removed. */
export async function deliverRedaction(context: BridgeContext, delivery: Delivery<RemoteRedaction>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await context.messages.byRemoteId(portal.nid, event.target)
  if (target === undefined || target.isRedacted) return
  const isAuthor = isWrittenBy(context, target, event)
  const speaker = isAuthor ? await speakerFor(context, roomId, event) : undefined
  const txnId = txnIdOf(context.connector.info.id, event.chat.chat, event.chat.receiver ?? '', event.id)
  const mark = speaker === undefined ? {} : puppetMark(context, speaker)
  const acting = speaker?.acting ?? { timestampMs: event.timestampMs }
  await context.api.redact(roomId, { eventId: target.eventId, txnId, reason: event.reason, mark }, acting)
  context.step('bridge:matrix-sent')
  delivery.record((tx) => context.messages.markRedacted(tx, target.eventId))
}

/** The person took back what is theirs: written over there, or from Matrix through the login that saw it taken back. */
function isWrittenBy(context: BridgeContext, { author }: MessageRecord, { sender, login }: RemoteRedaction): boolean {
  const { aliases, logins } = context
  if ('remote' in author) return aliases.resolve('user', author.remote) === aliases.resolve('user', sender.id)
  return login !== undefined && logins.isSelf(login, sender.id) && logins.ownerOf(login) === author.matrix
}
