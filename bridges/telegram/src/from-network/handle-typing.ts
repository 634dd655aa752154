import { Api } from 'telegram'
import { chatKeyOf, userIdOfPeer } from '../ids.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'
import type { EphemeralParts } from './ephemeral-parts.ts'

/** Telegram's clients show typing for so long. */
const typingMs = 6000

/** Somebody types: worth showing now or never. Any other update is passed over. */
export function handleTyping(parts: EphemeralParts, update: Api.TypeUpdate): void {
  if (update instanceof Api.UpdateUserTyping) {
    const peer: PeerKey = `u${update.userId.toString()}`
    return typing(parts, peer, peer, update.action)
  }
  if (update instanceof Api.UpdateChatUserTyping) {
    return typing(parts, `g${update.chatId.toString()}`, peerKeyOf(update.fromId), update.action)
  }
  if (update instanceof Api.UpdateChannelUserTyping) {
    return typing(parts, `c${update.channelId.toString()}`, peerKeyOf(update.fromId), update.action)
  }
}

function typing({ host, login }: EphemeralParts, chat: PeerKey, who: PeerKey, action: Api.TypeSendMessageAction): void {
  const timeoutMs = action instanceof Api.SendMessageCancelAction ? 0 : typingMs
  host.ingestEphemeral({ kind: 'typing', chat: chatKeyOf(chat, login), user: userIdOfPeer(who), timeoutMs })
}
