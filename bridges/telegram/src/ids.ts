import {
  loginId,
  remoteChatId,
  remoteMessageId,
  remoteUserId,
  type ChatKey,
  type LoginId,
  type RemoteMessageId,
  type RemoteUserId,
} from '@pons/core'
import type { PeerKey } from './protocol/peer-key.ts'

/**
 * A chat is spelled as its peer: `u123` a private chat, `g123` a basic group, `c123` a supergroup or channel. The first two
 * look different to every account, down to the numbers of their messages, and so belong to a login.
 */
export function chatKeyOf(peer: PeerKey, login: LoginId): ChatKey {
  const chat = remoteChatId(peer)
  return peer.startsWith('c') ? { chat } : { chat, receiver: login }
}

export function peerOfChat({ chat }: ChatKey): PeerKey {
  if (!isPeerKey(chat)) throw new RangeError(`${chat} is no chat of Telegram`)
  return chat
}

/** People are spelled as peers, too; a channel that posts under its own name is one of them. */
export function userIdOfPeer(peer: PeerKey): RemoteUserId {
  return remoteUserId(peer)
}

export function peerOfUser(user: RemoteUserId): PeerKey {
  if (!isPeerKey(user)) throw new RangeError(`${user} is nobody on Telegram`)
  return user
}

export function messageIdOf(id: number): RemoteMessageId {
  return remoteMessageId(String(id))
}

/** The number of a message; undefined for ids that are not a message's. */
export function numberOfMessage(id: RemoteMessageId): number | undefined {
  return /^[1-9][0-9]{0,9}$/.test(id) ? Number(id) : undefined
}

export function loginIdOf(userId: string): LoginId {
  return loginId(userId)
}

export function selfPeer(login: LoginId): PeerKey {
  return `u${login}`
}

/** Ghosts are called by the number, as bridges of Telegram do: `telegram_123`; a channel's ghost is `telegram_channel-123`. */
export function ghostSuffixOf(user: RemoteUserId): string {
  const peer = peerOfUser(user)
  return peer.startsWith('u') ? peer.slice(1) : `${peer.startsWith('c') ? 'channel' : 'group'}-${peer.slice(1)}`
}

export function userOfGhostSuffix(suffix: string): RemoteUserId | undefined {
  const [, kind, digits] = /^(?:(channel|group)-)?([0-9]{1,19})$/.exec(suffix) ?? []
  if (digits === undefined) return undefined
  return remoteUserId(`${kind === 'channel' ? 'c' : kind === 'group' ? 'g' : 'u'}${digits}`)
}

function isPeerKey(text: string): text is PeerKey {
  return /^[ugc][0-9]{1,19}$/.test(text)
}
