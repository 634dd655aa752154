import { nameInWords, remoteMessageId, type RemoteEvent } from '@pons/core'
import { Api } from 'telegram'
import { chatKeyOf, isUnsigned, messageIdOf } from '../ids.ts'
import type { People } from '../people.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'
import type { ChatReader } from './chat-reader.ts'
import { groupChangeWords } from './group-change-words.ts'
import { senderOf } from './sender-of.ts'
import { supergroupMove } from './supergroup-move.ts'

/** Messages by which Telegram says what happened to a chat. */
export async function groupChangeEvents(
  people: People,
  chats: ChatReader,
  message: Api.MessageService,
): Promise<RemoteEvent[]> {
  const { action } = message
  const peer = peerKeyOf(message.peerId)
  if (action instanceof Api.MessageActionChatEditTitle) return [await renamed(people, message, action.title)]
  if (action instanceof Api.MessageActionChatEditPhoto || action instanceof Api.MessageActionChatDeletePhoto) {
    chats.readAnew(peer)
    return []
  }
  if (action instanceof Api.MessageActionChatMigrateTo)
    return [await moved(people, message, { from: peer, to: `c${action.channelId.toString()}` })]
  if (action instanceof Api.MessageActionChannelMigrateFrom)
    return [await moved(people, message, { from: `g${action.chatId.toString()}`, to: peer })]
  if (action instanceof Api.MessageActionChatCreate || action instanceof Api.MessageActionChannelCreate) {
    const snapshot = await people.snapshot(peer)
    return [{ ...base(people, message), kind: 'snapshot', snapshot, createsPortal: true }]
  }
  return (await memberships(people, message)) ?? (await toldInWords(people, message))
}

function base({ login }: People, { peerId, id, date }: Api.MessageService) {
  const peer = peerKeyOf(peerId)
  return { chat: chatKeyOf(peer, login), id: messageIdOf(peer, id, login), timestampMs: date * 1000, login }
}

/** Who came or went; undefined where it speaks of something else. One message may speak of several people. */
async function memberships(people: People, message: Api.MessageService): Promise<RemoteEvent[] | undefined> {
  const { action } = message
  const actor = senderOf(people.login, message)
  if (action instanceof Api.MessageActionChatAddUser) {
    const users = action.users.map((user): PeerKey => `u${user.toString()}`)
    return await Promise.all(users.map((user) => membership(people, message, user, 'join')))
  }
  if (action instanceof Api.MessageActionChatJoinedByLink || action instanceof Api.MessageActionChatJoinedByRequest)
    return [await membership(people, message, actor, 'join')]
  if (!(action instanceof Api.MessageActionChatDeleteUser)) return undefined
  const user: PeerKey = `u${action.userId.toString()}`
  return [await membership(people, message, user, actor === user ? 'leave' : 'kick')]
}

/** Each of those a message speaks of is an event of its own. */
async function membership(
  people: People,
  message: Api.MessageService,
  peer: PeerKey,
  change: 'join' | 'leave' | 'kick',
): Promise<RemoteEvent> {
  const actor = senderOf(people.login, message)
  const common = base(people, message)
  return {
    ...common,
    id: remoteMessageId(`member:${common.id}:${peer}`),
    kind: 'membership',
    user: await people.user(peer),
    change,
    ...(actor !== peer && { by: await people.user(actor) }),
  }
}

async function renamed(people: People, message: Api.MessageService, name: string): Promise<RemoteEvent> {
  const author = senderOf(people.login, message)
  const sender = await people.user(author)
  const mayBeOurs = isUnsigned(author)
  return { ...base(people, message), kind: 'chat-info', sender, changes: { name }, ...(mayBeOurs && { mayBeOurs }) }
}

async function moved(
  people: People,
  { date }: Api.MessageService,
  { from, to }: { readonly from: PeerKey; readonly to: PeerKey },
): Promise<RemoteEvent> {
  const former = chatKeyOf(from, people.login)
  return await supergroupMove(people, { supergroup: to, former, timestampMs: date * 1000 })
}

/** Anything else is said by the bot. */
async function toldInWords(people: People, message: Api.MessageService): Promise<RemoteEvent[]> {
  const { action } = message
  const { name = '' } = await people.user(senderOf(people.login, message))
  const common = base(people, message)
  const text = `${nameInWords(name) || 'Somebody'} ${groupChangeWords(action)}`
  const said: RemoteEvent = { ...common, kind: 'notice', text }
  if (!(action instanceof Api.MessageActionSetMessagesTTL)) return [said]
  const id = remoteMessageId(`timer:${common.id}`)
  return [{ ...common, id, kind: 'chat-info', changes: { disappearAfterMs: action.period * 1000 } }, said]
}
