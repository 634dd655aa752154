import type { TlObject, TlValue } from '../tl/tl-value.ts'
import type { Box, Channel, Chat, Entity, Group, Person, Post, StoredFile } from './entities.ts'

/** Entities as the objects of the schema, the way one account sees them. */

export function peerOf(chat: Chat): TlObject {
  switch (chat.kind) {
    case 'person':
      return { _: 'peerUser', user_id: chat.id }
    case 'group':
      return { _: 'peerChat', chat_id: chat.id }
    case 'channel':
      return { _: 'peerChannel', channel_id: chat.id }
  }
}

export function userOf(person: Person, viewer: Person): TlObject {
  return {
    _: 'user',
    self: person === viewer,
    bot: person.isBot,
    id: person.id,
    access_hash: person.accessHash,
    first_name: person.firstName,
    username: person.username,
    phone: person.phone,
    ...(person.isBot && { bot_info_version: 1 }),
    ...(person.photo && { photo: { _: 'userProfilePhoto', photo_id: person.photo.id, dc_id: person.photo.dc } }),
    ...person.told,
  }
}

export function chatOf(chat: Group | Channel, viewer: Person, date: number): TlObject {
  const photo = photoOf(chat.photo)
  const own = chat.members.get(viewer.id)
  const common = {
    id: chat.id,
    title: chat.title,
    photo,
    date,
    creator: own?.isCreator === true,
    left: own === undefined,
  }
  const rights = own?.isAdmin === true && { admin_rights: adminRights }
  if (chat.kind === 'channel') {
    const { accessHash, isBroadcast, members } = chat
    const kind = { broadcast: isBroadcast, megagroup: !isBroadcast, participants_count: members.size }
    return { _: 'channel', ...common, ...kind, ...rights, access_hash: accessHash, ...chat.told }
  }
  const moved = chat.migratedTo && {
    _: 'inputChannel',
    channel_id: chat.migratedTo.id,
    access_hash: chat.migratedTo.accessHash,
  }
  const state = { participants_count: chat.members.size, version: 1, deactivated: moved !== undefined }
  return { _: 'chat', ...common, ...state, ...rights, ...(moved && { migrated_to: moved }), ...chat.told }
}

export const adminRights: TlObject = {
  _: 'chatAdminRights',
  change_info: true,
  delete_messages: true,
  ban_users: true,
  invite_users: true,
}

function photoOf(photo: StoredFile | undefined): TlObject {
  return photo === undefined ? { _: 'chatPhotoEmpty' } : { _: 'chatPhoto', photo_id: photo.id, dc_id: photo.dc }
}

export function messageOf(post: Post, box: Box, viewer: Person | undefined): TlObject {
  const { author, chat, action, replyTo, media } = post
  const isOut = author === viewer
  // In a private chat each side has the other as the peer, and who wrote what comes from the other is not said.
  const peer = chat.kind === 'person' && !isOut ? author : chat
  const isPost = chat.kind === 'channel' && chat.isBroadcast
  const fromIsSaid = !isPost && (chat.kind !== 'person' || isOut)
  const replied = repliedTo(replyTo, box, viewer)
  const common = {
    id: post.numbers.get(box) ?? 0,
    out: isOut && !isPost,
    post: isPost,
    peer_id: peerOf(peer),
    date: post.date,
    ...(post.ttlPeriod !== undefined && { ttl_period: post.ttlPeriod }),
    ...(fromIsSaid && { from_id: peerOf(author) }),
    ...(replied !== undefined && { reply_to: { _: 'messageReplyHeader', ...replied } }),
  }
  if (action !== undefined) return { _: 'messageService', ...common, action }
  return {
    _: 'message',
    ...common,
    message: post.text,
    ...(post.entities.length > 0 && { entities: post.entities }),
    ...(media !== undefined && { media: media.tl }),
    ...(post.editDate !== undefined && { edit_date: post.editDate }),
    ...(post.reactions.size > 0 && { reactions: reactionsOf(post, viewer) }),
    ...post.told,
  }
}

/** What was said in a group before it became a supergroup counts in the box of whoever looks. */
function repliedTo(
  replyTo: Post | undefined,
  box: Box,
  viewer: Person | undefined,
): Record<string, TlValue> | undefined {
  const here = replyTo?.numbers.get(box)
  if (here !== undefined) return { reply_to_msg_id: here }
  const elsewhere = viewer && replyTo?.numbers.get(viewer.box)
  if (replyTo === undefined || elsewhere === undefined) return undefined
  return { reply_to_msg_id: elsewhere, reply_to_peer_id: peerOf(replyTo.chat) }
}

/** Everybody who reacted, with each reaction. */
export function reactorsOf(post: Post, viewer: Person | undefined): TlObject[] {
  return [...post.reactions].flatMap(([personId, keys]) =>
    keys.map((key) => ({
      _: 'messagePeerReaction',
      my: personId === viewer?.id,
      peer_id: { _: 'peerUser', user_id: personId },
      date: post.date,
      reaction: reactionOf(key),
    })),
  )
}

/** A key of digits is an emoji of somebody's own making, named by its document. */
function reactionOf(key: string): TlObject {
  return /^\d+$/.test(key)
    ? { _: 'reactionCustomEmoji', document_id: BigInt(key) }
    : { _: 'reactionEmoji', emoticon: key }
}

/** The latest few are named; the others to those who ask, if anybody may. */
export interface NamedReactors {
  readonly count: number
  readonly areOthersShown: boolean
}

export function reactionsOf(post: Post, viewer: Person | undefined, named: NamedReactors = allNamed): TlObject {
  const counts = new Map<string, number>()
  for (const keys of post.reactions.values()) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return {
    _: 'messageReactions',
    can_see_list: named.areOthersShown,
    results: [...counts].map(([emoticon, count]) => ({
      _: 'reactionCount',
      reaction: reactionOf(emoticon),
      count,
    })),
    recent_reactions: reactorsOf(post, viewer).slice(-named.count),
  }
}

/** The users and chats that an answer or update speaks of. */
export function entitiesOf(
  about: readonly Entity[],
  viewer: Person,
  date: number,
): { users: TlObject[]; chats: TlObject[] } {
  const distinct = [...new Set(about)]
  return {
    users: distinct.flatMap((entity) => (entity.kind === 'person' ? [userOf(entity, viewer)] : [])),
    chats: distinct.flatMap((entity) => (entity.kind === 'person' ? [] : [chatOf(entity, viewer, date)])),
  }
}

const allNamed: NamedReactors = { count: Infinity, areOthersShown: true }
