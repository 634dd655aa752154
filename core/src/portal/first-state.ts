import type { JsonObject } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import { inviteLevelOf } from './admission.ts'
import { featuresOf } from './room-features.ts'
import { formState } from './room-form.ts'
import type { StateContent } from './state-content.ts'

/** What of a chat a room is made by. */
export type FirstShown = Pick<ChatSnapshot, 'name' | 'joinRule' | 'inviteLevel' | 'sendLevel' | 'topicLevel'>

/** What a room is made with besides what its preset gives it. */
export function firstState(context: BridgeContext, chat: ChatKey, shown: FirstShown): StateContent[] {
  return [...formState(context, chat), ...bridgeInfo(context, chat, shown), ...roomFeatures(context, chat)]
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
function bridgeInfo(context: BridgeContext, chat: ChatKey, { name }: FirstShown): StateContent[] {
  const { connector, botUserId } = context
  const content: JsonObject = {
    bridgebot: botUserId,
    creator: botUserId,
    protocol: { id: connector.info.id, displayname: connector.info.displayName, external_url: connector.info.url },
    channel: { id: chat.chat, ...(name !== undefined && { displayname: name }) },
  }
  const key = stateKeyOf(context, chat)
  return ['m.bridge', 'uk.half-shot.bridge'].map((type) => ({ type, state_key: key, content }))
}

function stateKeyOf({ connector }: BridgeContext, { chat, receiver }: ChatKey): string {
  return `${connector.info.id}://${encodeURIComponent(receiver ?? '')}/${encodeURIComponent(chat)}`
}

/** What the chat's network can do, for clients that offer no more than that. */
function roomFeatures(context: BridgeContext, chat: ChatKey): StateContent[] {
  const { logins, connector } = context
  const login =
    chat.receiver === undefined ? logins.all().find(({ client }) => client.serves(chat)) : logins.get(chat.receiver)
  const client = login?.client ?? connector.handlers.relay?.(chat)
  if (client === undefined) return []
  const content = featuresOf(client.handlers, client.capabilities ?? {})
  return [{ type: 'com.beeper.room_features', state_key: stateKeyOf(context, chat), content }]
}
