import {
  loginId,
  remoteChatId,
  remoteMessageId,
  remoteUserId,
  type ChatKey,
  type LoginId,
  type RemoteChatId,
  type RemoteMessageId,
  type RemoteUserId,
} from '@pons/core'
import { decodeLocalpart, encodeLocalpart } from '@pons/matrix'

/** A name of a network as people type it; it holds no `_` and no `/`, which part it from what follows. */
export const networkNamePattern = /^[a-z0-9-]{1,32}$/
const channelPattern = /^[#&!+]/

/** A chat or a person: a network's name and a folded channel or nick. */
export interface IrcTarget {
  readonly network: string
  /** Folded by the network's case mapping. */
  readonly name: string
}

export function isChannelName(name: string): boolean {
  return channelPattern.test(name)
}

function chatIdOf(target: IrcTarget): RemoteChatId {
  return remoteChatId(`${target.network}/${target.name}`)
}

export function userIdOf(target: IrcTarget): RemoteUserId {
  return remoteUserId(`${target.network}/${target.name}`)
}

/** Reads a chat or person id back. */
export function targetOf(id: RemoteChatId | RemoteUserId): IrcTarget {
  const slash = id.indexOf('/')
  return { network: id.slice(0, slash), name: id.slice(slash + 1) }
}

/** Channels are shared by all logins; a private chat belongs to the login whose nick it is with. */
export function chatKeyOf(target: IrcTarget, receiver?: LoginId): ChatKey {
  const isShared = isChannelName(target.name) || receiver === undefined
  return isShared ? { chat: chatIdOf(target) } : { chat: chatIdOf(target), receiver }
}

/** One login per Matrix user and network. */
export function loginIdOf(network: string, owner: string): LoginId {
  return loginId(`${network}/${owner}`)
}

/** The id of a message the server numbered itself; the same to every connection that sees it. */
export function numberedMessageId(msgid: string): RemoteMessageId {
  return remoteMessageId(`id:${msgid}`)
}

/** The server's own id of a message; undefined where it has given none. */
export function serverIdOf(id: RemoteMessageId): string | undefined {
  // What follows a space tells lines apart to which the server gave the same.
  return /^id:(\S+)/.exec(id)?.[1]
}

/** The id of a line the server only dated: the same wherever the line is read, by what it says. */
export function datedMessageId(time: string, content: string, count: number): RemoteMessageId {
  return remoteMessageId(`at:${time}.${content}.${count}`)
}

/** The id of a line the server neither numbered nor dated: unique for ever, and known to the connection that read it only. */
export function lineMessageId(boot: number, connection: number, line: number): RemoteMessageId {
  return remoteMessageId(`line:${boot}.${connection}.${line}`)
}

export function ghostSuffixOf(user: RemoteUserId): string {
  const { network, name } = targetOf(user)
  return `${network}_${encodeLocalpart(name)}`
}

/** undefined for a localpart that cannot be anybody's. */
export function userOfGhostSuffix(suffix: string): RemoteUserId | undefined {
  const separator = suffix.indexOf('_')
  const network = suffix.slice(0, separator)
  if (separator === -1 || !networkNamePattern.test(network)) return undefined
  try {
    const name = decodeLocalpart(suffix.slice(separator + 1))
    return name === '' ? undefined : userIdOf({ network, name })
  } catch {
    return undefined
  }
}

/** `libera_#channel`. Private chats have no alias. */
export function aliasSuffixOf(chat: ChatKey): string | undefined {
  const { network, name } = targetOf(chat.chat)
  return isChannelName(name) ? `${network}_${encodeAliasPart(name)}` : undefined
}

/**
 * Reads `libera_#channel`, and what people type or copy out of an address: `Libera_channel`, `libera_%23channel`. The result is
 * for `openChat`.
 */
export function identifierOfAliasSuffix(suffix: string): string | undefined {
  const separator = suffix.indexOf('_')
  const network = suffix.slice(0, separator).toLowerCase()
  const rest = suffix.slice(separator + 1).replace(/^(?:%23|%26)+/, (signs) => decodeURIComponent(signs))
  if (separator === -1 || rest === '' || !networkNamePattern.test(network)) return undefined
  const name = decodeAliasPart(rest)
  if (name === undefined) return undefined
  return `${network}/${isChannelName(name) ? name : `#${name}`}`
}

// An alias may hold anything but a colon and NUL, so a channel keeps its own spelling; white space, control
// characters and what nobody can see are escaped for the people who have to copy it.
function encodeAliasPart(name: string): string {
  return name.replaceAll(/[=:\s\p{Cc}\p{Co}]/gu, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}

function decodeAliasPart(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text)
  const decoded: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const hex = /^[0-9a-f]{2}$/.exec(String.fromCharCode(...bytes.subarray(at + 1, at + 3)))?.[0]
    if (byte === 0x3d && hex !== undefined) {
      decoded.push(Number.parseInt(hex, 16))
      at += 2
    } else decoded.push(byte)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(decoded))
  } catch {
    return undefined
  }
}
