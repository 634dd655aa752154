import { durationInWords, type RemoteEvent } from '@pons/core'
import type { Groups } from '../groups.ts'
import type { Content } from '../protocol/incoming.ts'
import { Protocol } from '../protocol/kinds.ts'
import type { Arrival } from './arrival.ts'
import { editEvents } from './edit-events.ts'
import type { Naming } from './naming.ts'
import { reactionEvents } from './reaction-events.ts'
import { redactionEvents } from './redaction-events.ts'
import { sayAbout } from './say-about.ts'

/** Who may do what to whose messages. */
interface Deeds extends Naming {
  readonly groups: Groups
}

/** What is done to other messages; undefined where the content is a message by itself. */
export function commandEvents(deeds: Deeds, arrival: Arrival, content: Content): readonly RemoteEvent[] | undefined {
  const { people } = deeds
  const { protocolMessage, reactionMessage, pollUpdateMessage, pinInChatMessage } = content
  if (protocolMessage) return protocolEvents(deeds, arrival, protocolMessage)
  if (reactionMessage) return reactionEvents(people, arrival, reactionMessage)
  if (pollUpdateMessage) return [sayAbout(people, arrival, 'voted in a poll')]
  if (pinInChatMessage) {
    return [sayAbout(people, arrival, pinInChatMessage.type === 2 ? 'unpinned a message' : 'pinned a message')]
  }
  if (content.keepInChatMessage || content.encReactionMessage || content.encCommentMessage) return []
  return undefined
}

function protocolEvents(
  deeds: Deeds,
  arrival: Arrival,
  { type, key, editedMessage, ephemeralExpiration }: NonNullable<Content['protocolMessage']>,
): readonly RemoteEvent[] {
  switch (type) {
    case Protocol.REVOKE:
      return key ? redactionEvents(deeds, arrival, key) : []
    case Protocol.MESSAGE_EDIT:
      return key?.id && editedMessage ? editEvents(deeds, arrival, { id: key.id, content: editedMessage }) : []
    case Protocol.EPHEMERAL_SETTING:
      return [sayAbout(deeds.people, arrival, wordsForTimer(ephemeralExpiration ?? 0))]
    default:
      return []
  }
}

function wordsForTimer(seconds: number): string {
  return seconds === 0 ? 'let messages stay from now on' : `let messages disappear after ${durationInWords(seconds)}`
}
