import { Api } from 'telegram'
import type { BigInteger } from 'big-integer'
import type { RemoteContext } from './remote-context.ts'
import { chatKeyOf, messageIdOf, selfPeer, userIdOfPeer } from './ids.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'

/** Telegram's clients show typing for so long. */
const typingMs = 6000

/** Typing and receipts: worth showing now or never. */
export function handleEphemeral(context: RemoteContext, update: Api.TypeUpdate): void {
  if (update instanceof Api.UpdateUserTyping) {
    const peer: PeerKey = `u${update.userId.toString()}`
    return typing(context, peer, peer, update.action)
  }
  if (update instanceof Api.UpdateChatUserTyping) {
    return typing(context, `g${update.chatId.toString()}`, peerKeyOf(update.fromId), update.action)
  }
  if (update instanceof Api.UpdateChannelUserTyping) {
    return typing(context, `c${update.channelId.toString()}`, peerKeyOf(update.fromId), update.action)
  }
  if (update instanceof Api.UpdateReadHistoryOutbox) return readByOther(context, peerKeyOf(update.peer), update.maxId)
  if (update instanceof Api.UpdateReadHistoryInbox) return readBySelf(context, peerKeyOf(update.peer), update.maxId)
  if (update instanceof Api.UpdateReadChannelInbox) return readBySelf(context, channel(update.channelId), update.maxId)
}

function typing({ host, login }: RemoteContext, chat: PeerKey, who: PeerKey, action: Api.TypeSendMessageAction): void {
  const timeoutMs = action instanceof Api.SendMessageCancelAction ? 0 : typingMs
  host.ingestEphemeral({ kind: 'typing', chat: chatKeyOf(chat, login), user: userIdOfPeer(who), timeoutMs })
}

/** In a group nobody says who it was that read first. */
function readByOther({ host, login }: RemoteContext, peer: PeerKey, maxId: number): void {
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

function readBySelf({ host, login }: RemoteContext, peer: PeerKey, maxId: number): void {
  const chat = chatKeyOf(peer, login)
  const upTo = messageIdOf(peer, maxId, login)
  host.ingestEphemeral({ kind: 'receipt', chat, user: userIdOfPeer(selfPeer(login)), login, upTo })
}

function channel(id: BigInteger): PeerKey {
  return `c${id.toString()}`
}
