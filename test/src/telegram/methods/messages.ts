import { RpcError } from '../rpc-error.ts'
import { bytesOf, intOf, longOf, objectOf, objectsOf, textOf, type TlObject } from '../tl/tl-value.ts'
import type { Box, Chat, Media, Person, Post } from '../world/entities.ts'
import { entitiesOf, messageOf, peerOf, reactorsOf } from '../world/render.ts'
import { marksOf } from '../world/world.ts'
import { mediaFrom } from './input-media.ts'
import { boxOf, channelNamed, chatNamed, isIn, postNumbered, type OwnContext, type OwnMethod } from './method.ts'

const maxText = 4096
const maxCaption = 1024

/** Sending, changing and reading messages. */
export const messageMethods: Readonly<Record<string, OwnMethod>> = {
  'messages.sendMessage': (call, context) => send(call, context, undefined),
  'messages.sendMedia': (call, context) => send(call, context, objectOf(call, 'media')),

  'messages.editMessage'(call, context) {
    const { me, world, session } = context
    const chat = chatNamed(objectOf(call, 'peer'), context)
    const post = postNumbered(call, 'id', boxOf(chat, me))
    if (post.author !== me) throw new RpcError(403, 'MESSAGE_AUTHOR_REQUIRED')
    const text = textOf(call, 'message')
    const entities = call['entities'] as readonly TlObject[] | undefined
    if (text === post.text && JSON.stringify(entities ?? []) === JSON.stringify(post.entities)) {
      throw new RpcError(400, 'MESSAGE_NOT_MODIFIED')
    }
    world.edit(post, { text, entities }, session)
    const box = boxOf(chat, me)
    const update = chat.kind === 'channel' ? 'updateEditChannelMessage' : 'updateEditMessage'
    const changed = { _: update, message: messageOf(post, box, me), pts: box.pts, pts_count: 1 }
    return world.wrap(me, [changed], [chat, me])
  },

  'messages.deleteMessages'(call, context) {
    const { me, world, session } = context
    const posts = numbered(call, me.box).filter(({ chat }) => chat.kind !== 'channel')
    world.remove(posts, session)
    return { _: 'messages.affectedMessages', pts: me.box.pts, pts_count: posts.length }
  },

  'channels.deleteMessages'(call, context) {
    const { me, world, session } = context
    const channel = channelNamed(objectOf(call, 'channel'), context)
    const posts = numbered(call, channel.box)
    const mayAll = channel.members.get(me.id)?.isAdmin === true
    if (!mayAll && posts.some(({ author }) => author !== me)) throw new RpcError(403, 'MESSAGE_DELETE_FORBIDDEN')
    world.remove(posts, session)
    return { _: 'messages.affectedMessages', pts: channel.box.pts, pts_count: posts.length }
  },

  'messages.sendReaction'(call, context) {
    const { me, world, session } = context
    const chat = chatNamed(objectOf(call, 'peer'), context)
    const post = postNumbered(call, 'msg_id', boxOf(chat, me))
    const reactions = (call['reaction'] ?? []) as readonly TlObject[]
    const keys = reactions.filter(({ _ }) => _ === 'reactionEmoji').map((one) => textOf(one, 'emoticon'))
    if (keys.length > 1) throw new RpcError(400, 'REACTIONS_TOO_MANY')
    world.react(post, me, keys, session)
    return world.wrap(me, [], [chat, me])
  },

  'messages.getMessageReactionsList'(call, context) {
    const { me, world, faults } = context
    const chat = chatNamed(objectOf(call, 'peer'), context)
    if (!faults.areReactorsShown) throw new RpcError(403, 'BROADCAST_FORBIDDEN')
    const post = postNumbered(call, 'id', boxOf(chat, me))
    const reactions = reactorsOf(post, me)
    const about = [...post.reactions.keys()].flatMap((id) => world.people.get(id) ?? [])
    const all = { count: reactions.length, reactions, ...entitiesOf(about, me, world.now()) }
    return { _: 'messages.messageReactionsList', ...all }
  },

  'messages.setTyping'(call, context) {
    context.world.type(context.me, chatNamed(objectOf(call, 'peer'), context))
    return true
  },

  'messages.readHistory'(call, context) {
    const { me, world, session } = context
    const chat = chatNamed(objectOf(call, 'peer'), context)
    const post = lastUpTo(me.box, intOf(call, 'max_id'), (one) => isIn(one, chat, me))
    if (post !== undefined) world.read(me, post, session)
    return { _: 'messages.affectedMessages', pts: me.box.pts, pts_count: post === undefined ? 0 : 1 }
  },

  'channels.readHistory'(call, context) {
    const channel = channelNamed(objectOf(call, 'channel'), context)
    const post = lastUpTo(channel.box, intOf(call, 'max_id'), () => true)
    if (post !== undefined) context.world.read(context.me, post, context.session)
    return true
  },

  'messages.getHistory'(call, context) {
    const { me } = context
    const chat = chatNamed(objectOf(call, 'peer'), context)
    const box = boxOf(chat, me)
    const [offset, min] = [intOf(call, 'offset_id'), intOf(call, 'min_id')]
    const limit = Math.min(intOf(call, 'limit'), context.faults.pageLimit)
    const posts = [...box.posts]
      .filter(([id, post]) => !post.isDeleted && isIn(post, chat, me) && (offset === 0 || id < offset) && id > min)
      .map(([, post]) => post)
      .slice(-limit)
      .reverse()
    return listOf(posts, chat, context)
  },

  'messages.getMessages': (call, context) => listOf(asked(call, context.me.box), context.me, context),
  'channels.getMessages'(call, context) {
    const channel = channelNamed(objectOf(call, 'channel'), context)
    return listOf(asked(call, channel.box), channel, context)
  },

  'messages.getDialogs'(call, context) {
    const { me, world, faults } = context
    const all = [...newestByChat(context)].toSorted(([, one], [, other]) => (other?.date ?? 0) - (one?.date ?? 0))
    const after = objectOf(call, 'offset_peer')
    const from = after._ === 'inputPeerEmpty' ? 0 : all.findIndex(([chat]) => chat === chatNamed(after, context)) + 1
    const page = all.slice(from, from + Math.min(intOf(call, 'limit'), faults.pageLimit))
    const posts = page.flatMap(([chat, post]) => (post === undefined ? [] : [messageOf(post, boxOf(chat, me), me)]))
    const about = page.flatMap(([chat, post]) => [chat, ...(post === undefined ? [] : [post.author])])
    const parts = {
      dialogs: page.map(([chat, post]) => dialogOf(chat, post, me)),
      messages: posts,
      ...entitiesOf(about, me, world.now()),
    }
    const isAll = from === 0 && page.length === all.length
    return isAll ? { _: 'messages.dialogs', ...parts } : { _: 'messages.dialogsSlice', count: all.length, ...parts }
  },
}

function send(call: TlObject, context: OwnContext, input: TlObject | undefined): TlObject {
  const { me, world, session } = context
  const chat = chatNamed(objectOf(call, 'peer'), context)
  const randomId = longOf(call, 'random_id')
  if (world.sent.has(`${me.id}:${randomId}`)) throw new RpcError(500, 'RANDOM_ID_DUPLICATE')
  const text = textOf(call, 'message')
  if (text.length > (input === undefined ? maxText : maxCaption)) {
    throw new RpcError(400, input === undefined ? 'MESSAGE_TOO_LONG' : 'MEDIA_CAPTION_TOO_LONG')
  }
  if (text === '' && input === undefined) throw new RpcError(400, 'MESSAGE_EMPTY')
  mayWrite(chat, me)
  const media: Media | undefined = input && mediaFrom(input, context)
  const replyTo = repliedTo(call, boxOf(chat, me))
  const entities = call['entities'] as readonly TlObject[] | undefined
  const post = world.post({ author: me, chat, text, entities, media, replyTo, randomId, cause: session })
  return sentAnswer(post, chat, context)
}

function mayWrite(chat: Chat, me: Person): void {
  if (chat.kind === 'person') return
  const member = chat.members.get(me.id)
  if (member === undefined) throw new RpcError(400, chat.kind === 'channel' ? 'CHANNEL_PRIVATE' : 'PEER_ID_INVALID')
  if (chat.kind === 'channel' && chat.isBroadcast && !member.isAdmin) throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN')
  if (chat.kind === 'group' && chat.migratedTo !== undefined) throw new RpcError(400, 'PEER_ID_INVALID')
}

function repliedTo(call: TlObject, box: Box): Post | undefined {
  const reply = call['reply_to'] as TlObject | undefined
  return reply === undefined ? undefined : box.posts.get(intOf(reply, 'reply_to_msg_id'))
}

/** A plain private text is answered in the short form, anything else with the updates it caused. */
function sentAnswer(post: Post, chat: Chat, { me, world }: OwnContext): TlObject {
  const box = boxOf(chat, me)
  const id = post.numbers.get(box) ?? 0
  if (chat.kind === 'person' && post.media === undefined && post.replyTo === undefined && world.usesShortForms) {
    const entities = post.entities.length > 0 && { entities: post.entities }
    const ttl = post.ttlPeriod !== undefined && { ttl_period: post.ttlPeriod }
    return {
      _: 'updateShortSentMessage',
      out: true,
      id,
      pts: box.pts,
      pts_count: 1,
      date: post.date,
      ...entities,
      ...ttl,
    }
  }
  const named = { _: 'updateMessageID', id, random_id: post.randomId ?? 0n }
  const kind = chat.kind === 'channel' ? 'updateNewChannelMessage' : 'updateNewMessage'
  const update = { _: kind, message: messageOf(post, box, me), pts: box.pts, pts_count: 1 }
  return world.wrap(me, [named, update], [chat, me])
}

function numbered(call: TlObject, box: Box): Post[] {
  const ids = call['id'] as readonly number[]
  return ids.flatMap((id) => {
    const post = box.posts.get(id)
    return post === undefined || post.isDeleted ? [] : [post]
  })
}

function asked(call: TlObject, box: Box): Post[] {
  return objectsOf(call, 'id').flatMap((one) => {
    const post = one._ === 'inputMessageID' ? box.posts.get(intOf(one, 'id')) : undefined
    return post === undefined || post.isDeleted ? [] : [post]
  })
}

function lastUpTo(box: Box, max: number, fits: (post: Post) => boolean): Post | undefined {
  return [...box.posts].filter(([id, post]) => (max === 0 || id <= max) && fits(post)).at(-1)?.[1]
}

function listOf(posts: readonly Post[], chat: Chat, { me, world }: OwnContext): TlObject {
  const box = boxOf(chat, me)
  const messages = posts.map((post) => messageOf(post, box, me))
  const entities = entitiesOf(
    [...(chat === me ? [] : [chat]), ...posts.flatMap(({ author, chat: of }) => [author, of])],
    me,
    world.now(),
  )
  if (chat.kind !== 'channel') return { _: 'messages.messages', messages, ...entities }
  return { _: 'messages.channelMessages', pts: box.pts, count: messages.length, messages, topics: [], ...entities }
}

function newestByChat({ me, world }: OwnContext): Map<Chat, Post | undefined> {
  const newest = new Map<Chat, Post | undefined>()
  for (const post of me.box.posts.values()) {
    if (post.isDeleted) continue
    const { chat, author } = post
    newest.set(chat.kind === 'person' && author !== me ? author : chat, post)
  }
  for (const channel of world.channels.values()) {
    if (channel.members.has(me.id))
      newest.set(channel, [...channel.box.posts.values()].filter((post) => !post.isDeleted).at(-1))
  }
  for (const group of world.groups.values()) {
    if (group.members.has(me.id) && group.migratedTo === undefined && !newest.has(group)) newest.set(group, undefined)
  }
  return newest
}

function dialogOf(chat: Chat, post: Post | undefined, me: Person): TlObject {
  const marks = marksOf(me, chat)
  return {
    _: 'dialog',
    peer: peerOf(chat),
    top_message: post?.numbers.get(boxOf(chat, me)) ?? 0,
    read_inbox_max_id: marks.inbox,
    read_outbox_max_id: marks.outbox,
    unread_count: 0,
    unread_mentions_count: 0,
    unread_reactions_count: 0,
    notify_settings: { _: 'peerNotifySettings' },
    ...(chat.kind === 'channel' && { pts: chat.box.pts }),
  }
}

export function readFile(call: TlObject, { world, session, faults }: OwnContext): TlObject {
  const location = objectOf(call, 'location')
  const isPeerPhoto = location._ === 'inputPeerPhotoFileLocation'
  const file = world.files.get(longOf(location, isPeerPhoto ? 'photo_id' : 'id'))
  if (file === undefined) throw new RpcError(400, 'LOCATION_INVALID')
  if (!isPeerPhoto && longOf(location, 'access_hash') !== file.accessHash) throw new RpcError(400, 'LOCATION_INVALID')
  if (!isPeerPhoto && bytesOf(location, 'file_reference').length === 0) throw new RpcError(400, 'FILE_REFERENCE_EMPTY')
  if (file.dc !== session.authKey.dc) throw new RpcError(303, `FILE_MIGRATE_${file.dc}`)
  const offset = Number(longOf(call, 'offset'))
  const bytes = file.bytes.subarray(offset, offset + Math.min(intOf(call, 'limit'), faults.pieceLimit))
  return { _: 'upload.file', type: { _: 'storage.fileUnknown' }, mtime: world.now(), bytes: Buffer.from(bytes) }
}
