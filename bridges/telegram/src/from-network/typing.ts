import type { BridgeHost, LoginId } from '@pons/core'
import type { BigInteger } from 'big-integer'
import { Api } from 'telegram'
import { chatKeyOf, messageIdOf, selfPeer, userIdOfPeer } from '../ids.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'

/** Telegram's clients show typing for so long. */
const typingMs = 6000

/** Whose account heard of it, and who is told. */
export interface EphemeralParts {
  readonly host: Pick<BridgeHost, 'ingestEphemeral'>
  readonly login: LoginId
}

/** Typing and receipts: worth showing now or never. */
export function handleEphemeral(parts: EphemeralParts, update: Api.TypeUpdate): void {
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
  if (update instanceof Api.UpdateReadHistoryOutbox) return readByOther(parts, peerKeyOf(update.peer), update.maxId)
  if (update instanceof Api.UpdateReadHistoryInbox) return readBySelf(parts, peerKeyOf(update.peer), update.maxId)
  if (update instanceof Api.UpdateReadChannelInbox) return readBySelf(parts, channel(update.channelId), update.maxId)
}

function typing({ host, login }: EphemeralParts, chat: PeerKey, who: PeerKey, action: Api.TypeSendMessageAction): void {
  const timeoutMs = action instanceof Api.SendMessageCancelAction ? 0 : typingMs
  host.ingestEphemeral({ kind: 'typing', chat: chatKeyOf(chat, login), user: userIdOfPeer(who), timeoutMs })
}

/** In a group nobody says who it was that read first. */
function readByOther({ host, login }: EphemeralParts, peer: PeerKey, maxId: number): void {
  if (!peer.startsWith('u')) return
  const chat = chatKeyOf(peer, login)
  host.ingestEphemeral({
    kind: 'receipt',
    chat,
    user: userIdOfPeer(peer),
    login,
    upTo: messageIdOf(peer, maxId, login),
  })
}

function readBySelf({ host, login }: EphemeralParts, peer: PeerKey, maxId: number): void {
  const chat = chatKeyOf(peer, login)
  const upTo = messageIdOf(peer, maxId, login)
  host.ingestEphemeral({ kind: 'receipt', chat, user: userIdOfPeer(selfPeer(login)), login, upTo })
}

function channel(id: BigInteger): PeerKey {
  return `c${id.toString()}`
}
