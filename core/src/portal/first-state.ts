import type { JsonObject, UserId } from '@pons/matrix'
import type { Logins } from '../login/logins.ts'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import { inviteLevelOf } from './admission.ts'
import { featuresOf } from './room-features.ts'
import { formState } from './room-form.ts'
import type { StateContent } from './state-content.ts'

/** What of a chat a room is made by. */
export type FirstShown = Pick<ChatSnapshot, 'name' | 'joinRule' | 'inviteLevel' | 'sendLevel' | 'topicLevel'>

export interface FirstStateParts {
  readonly connector: NetworkConnector
  readonly botUserId: UserId
  readonly logins: Logins
}

/** What a room is made with besides what its preset gives it. */
export function firstState(parts: FirstStateParts, chat: ChatKey, shown: FirstShown): StateContent[] {
  return [...formState(parts, chat), ...bridgeInfo(parts, chat, shown), ...roomFeatures(parts, chat)]
}

/**
 * Over the levels that the homeserver gives a new room, whose creator it puts where the room's version wants them: among
 * `users`, or since version 12, which refuses that, above all.
 */
export function firstLevels(shown: FirstShown): JsonObject {
  return {
    events_default: shown.sendLevel ?? 0,
    invite: inviteLevelOf(shown),
    events: {
      'm.room.topic': shown.topicLevel ?? 50,
      'm.room.tombstone': 100,
      'm.room.encryption': 100,
      'm.reaction': 0,
      'm.room.redaction': 0,
    },
  }
}

/** MSC2346, in both spellings the field reads. */
function bridgeInfo(parts: FirstStateParts, chat: ChatKey, { name }: FirstShown): StateContent[] {
  const { connector, botUserId } = parts
  const content: JsonObject = {
    bridgebot: botUserId,
    creator: botUserId,
    protocol: { id: connector.info.id, displayname: connector.info.displayName, external_url: connector.info.url },
    channel: { id: chat.chat, ...(name !== undefined && { displayname: name }) },
  }
  const key = stateKeyOf(parts, chat)
  return ['m.bridge', 'uk.half-shot.bridge'].map((type) => ({ type, state_key: key, content }))
}

function stateKeyOf({ connector }: FirstStateParts, { chat, receiver }: ChatKey): string {
  return `${connector.info.id}://${encodeURIComponent(receiver ?? '')}/${encodeURIComponent(chat)}`
}

/** What the chat's network can do, for clients that offer no more than that. */
function roomFeatures(parts: FirstStateParts, chat: ChatKey): StateContent[] {
  const { logins, connector } = parts
  const login =
    chat.receiver === undefined ? logins.all().find(({ client }) => client.serves(chat)) : logins.get(chat.receiver)
  const client = login?.client ?? connector.handlers.relay?.(chat)
  if (client === undefined) return []
  const content = featuresOf(client.handlers, client.capabilities ?? {})
  return [{ type: 'com.beeper.room_features', state_key: stateKeyOf(parts, chat), content }]
}
