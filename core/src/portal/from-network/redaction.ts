import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { RemoteRedaction } from '../../network/remote-event.ts'
import type { MessageStore } from '../../storage/message-store.ts'
import type { People } from '../people.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'
import type { NamedMessages } from './named-messages.ts'
import { puppetMark } from './puppet-mark.ts'

export interface RedactionParts {
  readonly api: MatrixApi
  readonly connector: NetworkConnector
  readonly people: People
  readonly named: NamedMessages
  readonly messages: MessageStore
  readonly step: (name: string) => void
}

/** By its author as themselves; by anybody else through the bot, who may redact what the network's moderators removed. */
export async function deliverRedaction(parts: RedactionParts, delivery: Delivery<RemoteRedaction>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await parts.named.meant(portal, { id: event.target, author: event.targetAuthor })
  if (target === undefined || target.isRedacted) return
  const isAuthor = parts.named.isBy(target.author, event.sender, event.chat)
  const speaker = isAuthor ? await parts.people.speaker(roomId, event) : undefined
  const txnId = eventTxnId(parts.connector, event)
  // A ghost may not take back what its person wrote from here; where nobody may act for them, the bot does it.
  const mayAct = speaker !== undefined && (speaker.isPuppet || 'remote' in target.author)
  const mark = mayAct ? puppetMark(parts.connector, speaker) : {}
  const acting = mayAct ? speaker.acting : { timestampMs: event.timestampMs }
  await parts.api.redact(roomId, { eventId: target.eventId, txnId, reason: event.reason, mark }, acting)
  parts.step('bridge:matrix-sent')
  delivery.record((tx) => parts.messages.markRedacted(tx, target.eventId))
}
