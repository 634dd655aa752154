import { randomBytes } from 'node:crypto'
import { RpcError } from '../rpc-error.ts'
import { intOf, objectOf, objectsOf, textOf, type TlObject } from '../tl/tl-value.ts'
import type { Channel, Group, Member, Person } from '../world/entities.ts'
import { photoOf } from '../world/media.ts'
import { adminRights, chatOf, entitiesOf, peerOf, userOf } from '../world/render.ts'
import { assemble, savePart } from './input-media.ts'
import { readFile } from './messages.ts'
import { channelNamed, groupNumbered, personNamed, type OwnContext, type OwnMethod } from './method.ts'

/** People, chats and their members, and files. */
export const chatMethods: Readonly<Record<string, OwnMethod>> = {
  'users.getUsers': (call, context) =>
    objectsOf(call, 'id').map((input) => userOf(personNamed(input, context), context.me)),
  'messages.getChats'(call, { world, me }) {
    const ids = call['id'] as readonly bigint[]
    const chats = ids.flatMap((id) => world.groups.get(id) ?? [])
    return { _: 'messages.chats', chats: chats.map((chat) => chatOf(chat, me, world.now())) }
  },
  'channels.getChannels'(call, context) {
    const chats = objectsOf(call, 'id').map((input) => channelNamed(input, context))
    return { _: 'messages.chats', chats: chats.map((chat) => chatOf(chat, context.me, context.world.now())) }
  },
  'messages.getFullChat'(call, context) {
    const group = groupNumbered(call, context)
    const members = [...group.members.values()]
    const participants = {
      _: 'chatParticipants',
      chat_id: group.id,
      participants: members.map(groupMember),
      version: 1,
    }
    const full = {
      _: 'chatFull',
      id: group.id,
      about: group.about,
      ...(group.timer !== undefined && { ttl_period: group.timer }),
      participants,
      notify_settings: { _: 'peerNotifySettings' },
    }
    return fullAnswer(full, group, members, context)
  },
  'channels.getFullChannel'(call, context) {
    const channel = channelNamed(objectOf(call, 'channel'), context)
    const { photo } = channel
    const full = {
      _: 'channelFull',
      can_view_participants: true,
      id: channel.id,
      about: channel.about,
      ...(channel.timer !== undefined && { ttl_period: channel.timer }),
      participants_count: channel.members.size,
      read_inbox_max_id: 0,
      read_outbox_max_id: 0,
      unread_count: 0,
      chat_photo: photo === undefined ? { _: 'photoEmpty', id: 0n } : photoOf(photo, context.world.now()),
      notify_settings: { _: 'peerNotifySettings' },
      bot_info: [],
      pts: channel.box.pts,
    }
    return fullAnswer(full, channel, [], context)
  },
  'channels.getParticipants'(call, context) {
    const channel = channelNamed(objectOf(call, 'channel'), context)
    const all = [...channel.members.values()]
    const limit = Math.min(intOf(call, 'limit'), context.faults.pageLimit)
    const page = all.slice(intOf(call, 'offset'), intOf(call, 'offset') + limit)
    const entities = entitiesOf(
      page.map(({ person }) => person),
      context.me,
      context.world.now(),
    )
    return { _: 'channels.channelParticipants', count: all.length, participants: page.map(channelMember), ...entities }
  },
  'contacts.resolveUsername'(call, { world, me }) {
    const name = textOf(call, 'username').toLowerCase()
    const person = [...world.people.values()].find(({ username }) => username?.toLowerCase() === name)
    if (person === undefined) throw new RpcError(400, 'USERNAME_NOT_OCCUPIED')
    return { _: 'contacts.resolvedPeer', peer: peerOf(person), ...entitiesOf([person], me, world.now()) }
  },
  'contacts.resolvePhone'(call, { world, me }) {
    const digits = textOf(call, 'phone').replace(/\D/g, '')
    const person = [...world.people.values()].find(({ phone }) => phone === digits)
    if (person === undefined) throw new RpcError(400, 'PHONE_NOT_OCCUPIED')
    return { _: 'contacts.resolvedPeer', peer: peerOf(person), ...entitiesOf([person], me, world.now()) }
  },

  'messages.editChatTitle': (call, context) => retitle(groupNumbered(call, context), textOf(call, 'title'), context),
  'channels.editTitle': (call, context) =>
    retitle(channelNamed(objectOf(call, 'channel'), context), textOf(call, 'title'), context),
  'messages.editChatAbout'(call, context) {
    const peer = objectOf(call, 'peer')
    const chat = peer._ === 'inputPeerChat' ? groupNumbered(peer, context) : channelNamed(peer, context)
    requireAdmin(chat, context.me)
    chat.about = textOf(call, 'about')
    context.world.changed()
    return true
  },
  'messages.editChatPhoto': (call, context) => rephoto(groupNumbered(call, context), objectOf(call, 'photo'), context),
  'channels.editPhoto': (call, context) =>
    rephoto(channelNamed(objectOf(call, 'channel'), context), objectOf(call, 'photo'), context),
  'messages.addChatUser'(call, context) {
    const updates = add(groupNumbered(call, context), [personNamed(objectOf(call, 'user_id'), context)], context)
    return { _: 'messages.invitedUsers', updates, missing_invitees: [] }
  },
  'channels.inviteToChannel'(call, context) {
    const people = objectsOf(call, 'users').map((input) => personNamed(input, context))
    const updates = add(channelNamed(objectOf(call, 'channel'), context), people, context)
    return { _: 'messages.invitedUsers', updates, missing_invitees: [] }
  },
  'messages.deleteChatUser'(call, context) {
    const group = groupNumbered(call, context)
    const person = personNamed(objectOf(call, 'user_id'), context)
    if (person !== context.me) requireAdmin(group, context.me)
    return remove(group, person, context)
  },
  'channels.editBanned'(call, context) {
    const channel = channelNamed(objectOf(call, 'channel'), context)
    requireAdmin(channel, context.me)
    return remove(channel, personNamed(objectOf(call, 'participant'), context), context)
  },
  'channels.leaveChannel': (call, context) =>
    remove(channelNamed(objectOf(call, 'channel'), context), context.me, context),
  'messages.editChatAdmin'(call, context) {
    const group = groupNumbered(call, context)
    requireAdmin(group, context.me)
    const member = group.members.get(personNamed(objectOf(call, 'user_id'), context).id)
    if (member !== undefined) member.isAdmin = call['is_admin'] === true
    context.world.changed()
    return true
  },
  'channels.editAdmin'(call, context) {
    const channel = channelNamed(objectOf(call, 'channel'), context)
    requireAdmin(channel, context.me)
    const member = channel.members.get(personNamed(objectOf(call, 'user_id'), context).id)
    const { _: _name, flags: _flags, ...rights } = objectOf(call, 'admin_rights')
    if (member !== undefined) member.isAdmin = Object.values(rights).includes(true)
    context.world.changed()
    return context.world.wrap(context.me, [], [channel])
  },

  'upload.saveFilePart': savePart,
  'upload.saveBigFilePart': savePart,
  'upload.getFile': readFile,
  'auth.exportAuthorization'(call, { logins, me }) {
    const bytes = randomBytes(16)
    logins.exported.set(bytes.toString('hex'), { userId: me.id, dc: intOf(call, 'dc_id') })
    return { _: 'auth.exportedAuthorization', id: me.id, bytes }
  },
  'auth.logOut'(_call, { session }) {
    session.authKey.userId = undefined
    return { _: 'auth.loggedOut' }
  },
}

function fullAnswer(
  full: TlObject,
  chat: Group | Channel,
  members: readonly Member[],
  { me, world }: OwnContext,
): TlObject {
  const about = [chat, ...members.map(({ person }) => person)]
  return { _: 'messages.chatFull', full_chat: full, ...entitiesOf(about, me, world.now()) }
}

function groupMember({ person, isAdmin, isCreator }: Member): TlObject {
  if (isCreator) return { _: 'chatParticipantCreator', user_id: person.id }
  const kind = isAdmin ? 'chatParticipantAdmin' : 'chatParticipant'
  return { _: kind, user_id: person.id, inviter_id: person.id, date: 0 }
}

function channelMember({ person, isAdmin, isCreator }: Member): TlObject {
  if (isCreator) return { _: 'channelParticipantCreator', user_id: person.id, admin_rights: adminRights }
  if (!isAdmin) return { _: 'channelParticipant', user_id: person.id, date: 0 }
  return {
    _: 'channelParticipantAdmin',
    user_id: person.id,
    promoted_by: person.id,
    date: 0,
    admin_rights: adminRights,
  }
}

function requireAdmin(chat: Group | Channel, me: Person): void {
  if (chat.members.get(me.id)?.isAdmin !== true) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED')
}

function retitle(chat: Group | Channel, title: string, { me, world, session }: OwnContext): TlObject {
  requireAdmin(chat, me)
  if (chat.title === title) throw new RpcError(400, 'CHAT_NOT_MODIFIED')
  chat.title = title
  world.post({ author: me, chat, action: { _: 'messageActionChatEditTitle', title }, cause: session })
  return world.wrap(me, [], [chat])
}

function rephoto(chat: Group | Channel, input: TlObject, context: OwnContext): TlObject {
  const { me, world, session } = context
  requireAdmin(chat, me)
  chat.photo =
    input._ === 'inputChatUploadedPhoto'
      ? world.storeFile(assemble(objectOf(input, 'file'), context), session.authKey.dc)
      : undefined
  const action = chat.photo
    ? { _: 'messageActionChatEditPhoto', photo: photoOf(chat.photo, world.now()) }
    : { _: 'messageActionChatDeletePhoto' }
  world.post({ author: me, chat, action, cause: session })
  return world.wrap(me, [], [chat])
}

function add(chat: Group | Channel, people: readonly Person[], { me, world, session }: OwnContext): TlObject {
  for (const person of people) chat.members.set(person.id, { person, isAdmin: false, isCreator: false })
  const action = { _: 'messageActionChatAddUser', users: people.map(({ id }) => id) }
  world.post({ author: me, chat, action, about: people, cause: session })
  return world.wrap(me, [], [chat, ...people])
}

function remove(chat: Group | Channel, person: Person, { me, world, session }: OwnContext): TlObject {
  if (!chat.members.has(person.id)) throw new RpcError(400, 'USER_NOT_PARTICIPANT')
  const action = { _: 'messageActionChatDeleteUser', user_id: person.id }
  // Who is removed from a basic group is told of it still.
  world.post({ author: me, chat, action, about: [person], cause: session })
  chat.members.delete(person.id)
  world.changed()
  return world.wrap(me, [], [chat, person])
}
