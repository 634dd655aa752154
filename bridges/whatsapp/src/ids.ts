import { ownValue } from '@pons/matrix'
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

/**
 * People and chats are spelled as WhatsApp's addresses without a device: `90…2@lid` is a person's opaque id, `1555…@s.whatsapp.net`
 * their phone number, `1203…@g.us` a group.
 */
export type Jid = `${string}@${'lid' | 's.whatsapp.net' | 'g.us'}`

const servers: Readonly<Record<string, string>> = {
  's.whatsapp.net': 's.whatsapp.net',
  'c.us': 's.whatsapp.net',
  hosted: 's.whatsapp.net',
  lid: 'lid',
  'hosted.lid': 'lid',
  'g.us': 'g.us',
}

/** An address without its device; undefined for what is neither a person nor a group. */
export function jidOf(text: string | null | undefined): Jid | undefined {
  const [, user, name] = /^([0-9]+(?:-[0-9]+)?)(?:_[0-9]+)?(?::[0-9]+)?@([a-z.]+)$/.exec(text ?? '') ?? []
  const server = name === undefined ? undefined : ownValue(servers, name)
  if (user === undefined || server === undefined) return undefined
  if (server !== 'g.us' && user.includes('-')) return undefined
  return `${user}@${server}` as Jid
}

/** The digits before the at sign. */
export function digitsOf(jid: Jid): string {
  return jid.slice(0, jid.indexOf('@'))
}

export function isGroup(jid: Jid): boolean {
  return jid.endsWith('@g.us')
}

export function isLid(jid: Jid): boolean {
  return jid.endsWith('@lid')
}

export function isPhone(jid: Jid): boolean {
  return jid.endsWith('@s.whatsapp.net')
}

/** A private chat looks different to each of its two sides, and so belongs to a login; a group is one for all. */
export function chatKeyOf(jid: Jid, login: LoginId): ChatKey {
  const chat = remoteChatId(jid)
  return isGroup(jid) ? { chat } : { chat, receiver: login }
}

export function jidOfChat({ chat }: ChatKey): Jid {
  const jid = jidOf(chat)
  if (jid === undefined || jid !== (chat as string)) throw new RangeError(`${chat} is no chat of WhatsApp`)
  return jid
}

export function userIdOf(jid: Jid): RemoteUserId {
  return remoteUserId(jid)
}

export function jidOfUser(user: RemoteUserId): Jid {
  const jid = jidOf(user)
  if (jid === undefined || jid !== (user as string) || isGroup(jid))
    throw new RangeError(`${user} is nobody on WhatsApp`)
  return jid
}

/** The id that the sender chose; people and servers know a message by it in its chat. */
export function messageIdOf(id: string): RemoteMessageId {
  return remoteMessageId(id)
}

/** The account's own addresses. */
export interface Self {
  readonly phone: Jid
  readonly lid?: Jid
}

/** The opaque id stays when the number changes. */
export function loginIdOf({ phone, lid }: Self): LoginId {
  return loginId(digitsOf(lid ?? phone))
}

export function selfJid({ phone, lid }: Self): Jid {
  return lid ?? phone
}

/** Ghosts are called by the phone number, or by the opaque id: `whatsapp_15550000001`, `whatsapp_lid-90000000000002`. */
export function ghostSuffixOf(user: RemoteUserId): string {
  const jid = jidOfUser(user)
  return isLid(jid) ? `lid-${digitsOf(jid)}` : digitsOf(jid)
}

export function userOfGhostSuffix(suffix: string): RemoteUserId | undefined {
  const [, lid, digits] = /^(lid-)?([0-9]{1,20})$/.exec(suffix) ?? []
  if (digits === undefined) return undefined
  return remoteUserId(`${digits}@${lid === undefined ? 's.whatsapp.net' : 'lid'}`)
}
