import type { Transaction } from '@pons/database'
import type { EventId, JsonObject } from '@pons/matrix'
import { plainText } from '../../document/plain-text.ts'
import { isSticker } from '../../document/to-matrix.ts'
import type { Disappearances } from '../../disappearing/disappearances.ts'
import type { MessageDocument } from '../../document/document.ts'
import { isRefusal, isTooLarge } from '../../matrix-side/refusal.ts'
import type { RemoteMessage } from '../../network/remote-event.ts'
import type { MessageStore } from '../../storage/message-store.ts'
import { shownName } from '../../text/shown-name.ts'
import type { People, Speaker } from '../people.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'
import { fittingContent } from './fitting-content.ts'
import { mentioning } from './mentioned.ts'
import type { Mentions } from './mentions.ts'
import type { NamedMessages } from './named-messages.ts'
import { marked } from './puppet-mark.ts'
import type { MediaParts } from './uploaded-media.ts'
import type { Wording } from './wording.ts'

const maxInlineRaw = 8192

/** What it takes to say something of the network in a room. */
export interface SayingParts extends MediaParts {
  readonly people: People
  readonly named: NamedMessages
  readonly wording: Wording
  readonly messages: MessageStore
  readonly disappearances: Disappearances
}

interface PreparingParts extends SayingParts {
  readonly mentions: Mentions
}

export interface MessageParts extends PreparingParts {
  readonly step: (name: string) => void
}

/** A message: sent under a transaction id made of chat and remote id, so a repeat is the same event. */
export async function deliverMessage(parts: MessageParts, delivery: Delivery<RemoteMessage>): Promise<void> {
  const { type, txnId, content, speaker, put } = await prepareMessage(parts, delivery)
  const eventId = await parts.api.send(delivery.roomId, { type, txnId, content }, speaker.acting)
  parts.step('bridge:matrix-sent')
  delivery.record((tx) => put(tx, eventId))
}

export interface PreparedMessage {
  readonly type: string
  readonly txnId: string
  readonly content: JsonObject
  readonly speaker: Speaker
  /** Records which event it has become. */
  readonly put: (tx: Transaction, eventId: EventId) => Promise<void>
}

/** Brings its speaker into the room and its media onto the homeserver; sends nothing yet. */
export async function prepareMessage(
  parts: PreparingParts,
  { portal, roomId, event }: Pick<Delivery<RemoteMessage>, 'portal' | 'roomId' | 'event'>,
): Promise<PreparedMessage> {
  const speaker = await parts.people.speaker(roomId, event)
  const answered = event.replyTo && { id: event.replyTo, author: event.replyToAuthor }
  const replyTo = answered && (await parts.named.spokenOf(portal, answered))
  const worded = await parts.wording(event, { roomId, speaker: speaker.userId })
  const { document, called, dueMs } = worded
  const raw = worded.isLeftOut ? {} : await rawContent(parts, event)
  const said = await fittingContent(parts.api, { ...worded.content, ...raw })
  const asked = { chat: event.chat, speaker: speaker.userId }
  const spokenTo = [...called, ...(replyTo === undefined ? [] : await parts.mentions.answered(asked, replyTo))]
  const content = marked(parts.connector, mentioning(said, spokenTo), speaker)
  if (replyTo !== undefined) content['m.relates_to'] = { 'm.in_reply_to': { event_id: replyTo.eventId } }
  const message = {
    part: 0,
    portalNid: portal.nid,
    remoteId: event.id,
    author: { remote: event.sender.id },
    authorName: shownName(event.sender.name ?? '') || event.sender.id,
    body: plainText(document),
    timestampMs: event.timestampMs,
  }
  return {
    type: messageType(document),
    txnId: eventTxnId(parts.connector, event),
    content,
    speaker,
    async put(tx, eventId) {
      await parts.messages.put(tx, { eventId, ...message })
      if (dueMs !== undefined) await parts.disappearances.put(tx, { eventId, roomId, sender: speaker.userId, dueMs })
    },
  }
}

function messageType(document: MessageDocument): string {
  return isSticker(document) ? 'm.sticker' : 'm.room.message'
}

/** The network's own form of what has no form here, for whoever can read it; a large one beside the event. */
async function rawContent({ connector, api }: MediaParts, { raw }: RemoteMessage): Promise<JsonObject> {
  if (raw === undefined) return {}
  const text = JSON.stringify(raw)
  const isLarge = text.length > maxInlineRaw
  try {
    const kept = isLarge ? { url: await api.upload(new TextEncoder().encode(text), 'application/json') } : raw
    return { [`pons.raw.${connector.info.id}`]: kept }
  } catch (error) {
    if (!isRefusal(error) && !isTooLarge(error)) throw error
    return {}
  }
}
