import { remoteMessageId, type ChatKey, type RemoteEvent } from '@pons/core'
import type { BigInteger } from 'big-integer'
import { Api } from 'telegram'
import { knownSnapshot, senderOf, type RemoteContext } from './remote-context.ts'
import { chatKeyOf, messageIdOf } from './ids.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'
import { remoteUserOf } from './remote-people.ts'

/** Messages by which Telegram says what happened to a chat. */
export async function handleService(context: RemoteContext, message: Api.MessageService): Promise<RemoteEvent[]> {
  const { action } = message
  if (action instanceof Api.MessageActionChatAddUser) return await joins(context, message, action.users)
  if (action instanceof Api.MessageActionChatJoinedByLink || action instanceof Api.MessageActionChatJoinedByRequest) {
    return [await membership(context, message, senderOf(context, message), 'join')]
  }
  if (action instanceof Api.MessageActionChatDeleteUser)
    return await leaves(context, message, `u${action.userId.toString()}`)
  if (action instanceof Api.MessageActionChatEditTitle) return [await changed(context, message, { name: action.title })]
  if (action instanceof Api.MessageActionChatEditPhoto || action instanceof Api.MessageActionChatDeletePhoto) {
    context.readAnew(peerKeyOf(message.peerId))
    return []
  }
  if (action instanceof Api.MessageActionChatMigrateTo) return [await migrated(context, message, action.channelId)]
  if (action instanceof Api.MessageActionChannelMigrateFrom)
    return [await migratedFrom(context, message, action.chatId)]
  if (action instanceof Api.MessageActionChatCreate || action instanceof Api.MessageActionChannelCreate) {
    return [
      {
        ...base(context, message),
        kind: 'snapshot',
        snapshot: await knownSnapshot(context, peerKeyOf(message.peerId)),
        createsPortal: true,
      },
    ]
  }
  return [await inWords(context, message)]
}

function base({ login }: RemoteContext, { peerId, id, date }: Api.MessageService) {
  return { chat: chatKeyOf(peerKeyOf(peerId), login), id: messageIdOf(id), timestampMs: date * 1000, login }
}

async function joins(
  context: RemoteContext,
  message: Api.MessageService,
  users: readonly BigInteger[],
): Promise<RemoteEvent[]> {
  return await Promise.all(users.map((user) => membership(context, message, `u${user.toString()}`, 'join')))
}

async function leaves(context: RemoteContext, message: Api.MessageService, peer: PeerKey): Promise<RemoteEvent[]> {
  return [await membership(context, message, peer, senderOf(context, message) === peer ? 'leave' : 'kick')]
}

/** One message may speak of several people: each is an event of its own. */
async function membership(
  context: RemoteContext,
  message: Api.MessageService,
  peer: PeerKey,
  change: 'join' | 'leave' | 'kick',
): Promise<RemoteEvent> {
  const { peers, login } = context
  const actor = senderOf(context, message)
  return {
    ...base(context, message),
    id: remoteMessageId(`member:${message.id}:${peer}`),
    kind: 'membership',
    user: await remoteUserOf(peers, peer, login),
    change,
    ...(actor !== peer && { by: await remoteUserOf(peers, actor, login) }),
  }
}

async function changed(
  context: RemoteContext,
  message: Api.MessageService,
  changes: { name: string },
): Promise<RemoteEvent> {
  const sender = await remoteUserOf(context.peers, senderOf(context, message), context.login)
  return { ...base(context, message), kind: 'chat-info', sender, changes }
}

/** The group's room goes on as the supergroup's. */
async function migrated(context: RemoteContext, message: Api.MessageService, to: BigInteger): Promise<RemoteEvent> {
  const supergroup: PeerKey = `c${to.toString()}`
  const former = chatKeyOf(peerKeyOf(message.peerId), context.login)
  return await goesOnAs(context, message, { supergroup, former })
}

async function migratedFrom(
  context: RemoteContext,
  message: Api.MessageService,
  from: BigInteger,
): Promise<RemoteEvent> {
  const former = chatKeyOf(`g${from.toString()}`, context.login)
  return await goesOnAs(context, message, { supergroup: peerKeyOf(message.peerId), former })
}

async function goesOnAs(
  context: RemoteContext,
  message: Api.MessageService,
  { supergroup, former }: { supergroup: PeerKey; former: ChatKey },
): Promise<RemoteEvent> {
  return {
    kind: 'snapshot',
    chat: chatKeyOf(supergroup, context.login),
    chatAliases: [former],
    id: remoteMessageId(`migrated:${former.chat}`),
    timestampMs: message.date * 1000,
    login: context.login,
    snapshot: await knownSnapshot(context, supergroup),
  }
}

/** Anything else is said by the bot: pins, calls, timers. */
async function inWords(context: RemoteContext, message: Api.MessageService): Promise<RemoteEvent> {
  const { name = 'Somebody' } = await remoteUserOf(context.peers, senderOf(context, message), context.login)
  const { action } = message
  return { ...base(context, message), kind: 'notice', text: `${name} ${wordsFor(action)}` }
}

function wordsFor(action: Api.TypeMessageAction): string {
  if (action instanceof Api.MessageActionPinMessage) return 'pinned a message'
  if (action instanceof Api.MessageActionPhoneCall) return action.video === true ? 'made a video call' : 'called'
  if (action instanceof Api.MessageActionGroupCall)
    return action.duration === undefined ? 'started a call' : 'ended the call'
  if (action instanceof Api.MessageActionSetMessagesTTL) {
    return action.period === 0
      ? 'switched the deletion of messages off'
      : `lets messages be deleted after ${action.period} s`
  }
  if (action instanceof Api.MessageActionContactSignUp) return 'is on Telegram now'
  if (action instanceof Api.MessageActionScreenshotTaken) return 'took a screenshot'
  if (action instanceof Api.MessageActionCustomAction) return action.message
  return `did something that cannot be shown here (${action.className.replace(/^MessageAction/, '')})`
}
