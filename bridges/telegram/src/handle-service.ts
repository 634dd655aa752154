import { durationInWords, nameInWords, remoteMessageId, type ChatKey, type RemoteEvent } from '@pons/core'
import type { BigInteger } from 'big-integer'
import { Api } from 'telegram'
import { knownSnapshot, senderOf, type RemoteContext } from './remote-context.ts'
import { chatKeyOf, isUnsigned, messageIdOf } from './ids.ts'
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
  const said = await inWords(context, message)
  if (action instanceof Api.MessageActionSetMessagesTTL) {
    const id = remoteMessageId(`timer:${said.id}`)
    return [
      { ...base(context, message), id, kind: 'chat-info', changes: { disappearAfterMs: action.period * 1000 } },
      said,
    ]
  }
  return [said]
}

function base({ login }: RemoteContext, { peerId, id, date }: Api.MessageService) {
  const peer = peerKeyOf(peerId)
  return { chat: chatKeyOf(peer, login), id: messageIdOf(peer, id, login), timestampMs: date * 1000, login }
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
  const common = base(context, message)
  return {
    ...common,
    id: remoteMessageId(`member:${common.id}:${peer}`),
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
  const author = senderOf(context, message)
  const sender = await remoteUserOf(context.peers, author, context.login)
  const mayBeOurs = isUnsigned(author)
  return { ...base(context, message), kind: 'chat-info', sender, changes, ...(mayBeOurs && { mayBeOurs }) }
}

/** The group's room goes on as the supergroup's. */
async function migrated(context: RemoteContext, message: Api.MessageService, to: BigInteger): Promise<RemoteEvent> {
  const supergroup: PeerKey = `c${to.toString()}`
  const former = chatKeyOf(peerKeyOf(message.peerId), context.login)
  return await goesOnAs(context, { supergroup, former, timestampMs: message.date * 1000 })
}

/** The same where the network was asked. */
export async function foundMove(
  context: RemoteContext,
  { from, to }: { readonly from: PeerKey; readonly to: PeerKey },
): Promise<RemoteEvent> {
  const former = chatKeyOf(from, context.login)
  return await goesOnAs(context, { supergroup: to, former, timestampMs: context.host.now() })
}

async function migratedFrom(
  context: RemoteContext,
  message: Api.MessageService,
  from: BigInteger,
): Promise<RemoteEvent> {
  const former = chatKeyOf(`g${from.toString()}`, context.login)
  const supergroup = peerKeyOf(message.peerId)
  return await goesOnAs(context, { supergroup, former, timestampMs: message.date * 1000 })
}

async function goesOnAs(
  context: RemoteContext,
  { supergroup, former, timestampMs }: { supergroup: PeerKey; former: ChatKey; timestampMs: number },
): Promise<RemoteEvent> {
  return {
    kind: 'snapshot',
    chat: chatKeyOf(supergroup, context.login),
    chatAliases: [former],
    id: remoteMessageId(`migrated:${former.chat}`),
    timestampMs,
    login: context.login,
    snapshot: await knownSnapshot(context, supergroup),
  }
}

/** Anything else is said by the bot: pins, calls, timers. */
async function inWords(context: RemoteContext, message: Api.MessageService): Promise<RemoteEvent> {
  const { name = '' } = await remoteUserOf(context.peers, senderOf(context, message), context.login)
  const { action } = message
  return { ...base(context, message), kind: 'notice', text: `${nameInWords(name) || 'Somebody'} ${wordsFor(action)}` }
}

function wordsFor(action: Api.TypeMessageAction): string {
  if (action instanceof Api.MessageActionPinMessage) return 'pinned a message'
  if (action instanceof Api.MessageActionPhoneCall) return action.video === true ? 'made a video call' : 'called'
  if (action instanceof Api.MessageActionGroupCall)
    return action.duration === undefined ? 'started a call' : 'ended the call'
  if (action instanceof Api.MessageActionSetMessagesTTL) {
    return action.period === 0
      ? 'lets messages stay from now on'
      : `lets messages disappear after ${durationInWords(action.period)}`
  }
  if (action instanceof Api.MessageActionContactSignUp) return 'is on Telegram now'
  if (action instanceof Api.MessageActionScreenshotTaken) return 'took a screenshot'
  if (action instanceof Api.MessageActionCustomAction) return nameInWords(action.message)
  return `did something that cannot be shown here (${action.className.replace(/^MessageAction/, '')})`
}
