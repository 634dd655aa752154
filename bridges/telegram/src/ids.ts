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

/** A channel speaks for its owners, and a group for those of its administrators who hide: who it was is not said. */
export function isUnsigned(author: PeerKey): boolean {
  return !author.startsWith('u')
}

export function peerOfUser(user: RemoteUserId): PeerKey {
  if (!isPeerKey(user)) throw new RangeError(`${user} is nobody on Telegram`)
  return user
}

/**
 * Numbers of messages count in a box: `c123:45` in that channel's, `u7:45` in the one that all private chats and basic groups
 * of account 7 share. When a basic group goes on as a supergroup, one portal holds messages of both.
 */
export function messageIdOf(peer: PeerKey, number: number, login: LoginId): RemoteMessageId {
  return remoteMessageId(`${boxNameOf(peer, login)}:${number}`)
}

/** The number of a message, for requests of that account about that chat; undefined for one that counts elsewhere. */
export function numberOfMessage(id: RemoteMessageId, peer: PeerKey, login: LoginId): number | undefined {
  const { box, number } = placeOfMessage(id) ?? {}
  return box === boxNameOf(peer, login) ? number : undefined
}

/** Where a message counts, and as which number; undefined for ids that are not a message's. */
export function placeOfMessage(id: RemoteMessageId): { readonly box: PeerKey; readonly number: number } | undefined {
  const [, box, digits] = /^([uc][0-9]{1,19}):([1-9][0-9]{0,9})$/.exec(id) ?? []
  return box === undefined ? undefined : { box: box as PeerKey, number: Number(digits) }
}

function boxNameOf(peer: PeerKey, login: LoginId): PeerKey {
  return peer.startsWith('c') ? peer : selfPeer(login)
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
