import type { BridgeHost, RemoteEvent } from '@pons/core'
import { Api } from 'telegram'
import type { People } from '../people.ts'
import { boxOfPeer } from '../protocol/counted.ts'
import { peerKeyOf } from '../protocol/peer-key.ts'
import type { SentMessages } from '../sent-messages.ts'
import type { ChatReader } from './chat-reader.ts'
import { groupChangeEvents } from './group-change-events.ts'
import { messageEvent } from './message-event.ts'
import type { OnceMessages } from './once-messages.ts'

export interface NewMessageParts {
  readonly host: Pick<BridgeHost, 'ghostUserId'>
  readonly people: People
  readonly sent: SentMessages
  readonly once: OnceMessages
  readonly chats: ChatReader
}

/** A message that somebody wrote, or by which Telegram says what happened to a chat; what we sent needs no telling. */
export async function messageEvents(
  { host, people, sent, once, chats }: NewMessageParts,
  message: Api.TypeMessage,
): Promise<RemoteEvent[]> {
  if (message instanceof Api.MessageEmpty) return []
  const peer = peerKeyOf(message.peerId)
  if (sent.takeOwn(boxOfPeer(peer), message.id)) return []
  if (message instanceof Api.MessageService) return await groupChangeEvents(people, chats, message)
  const event = await messageEvent({ people, host }, message)
  if (event.isViewOnce === true) await once.note(message.id)
  return [{ ...event, createPortal: await people.snapshot(peer) }]
}
