import { createHash } from 'node:crypto'
import {
  remoteMessageId,
  spanInWords,
  type ChatKey,
  type LoginId,
  type RemoteEvent,
  type RemoteMessageId,
} from '@pons/core'
import { Api } from 'telegram'
import { accountPrefix } from './account-state.ts'
import { handleEphemeral } from './handle-ephemeral.ts'
import { reactionEvents } from './handle-reactions.ts'
import { foundMove, handleService } from './handle-service.ts'
import { chatKeyOf, isUnsigned, messageIdOf, selfPeer, userIdOfPeer } from './ids.ts'
import { editedTo, messageEvent } from './message-event.ts'
import { boxOf, boxOfPeer } from './protocol/counted.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'
import type { HistoryEdge, UpdateItem } from './protocol/engine-options.ts'
import { senderOf, type RemoteContext } from './remote-context.ts'
import { remoteUserOf } from './remote-people.ts'

/** What one update says, as events; none for what is not worth one. */
export async function eventsOf(context: RemoteContext, { update }: UpdateItem): Promise<RemoteEvent[]> {
  if (update.className === 'FoundEdge') return [edgeNotice(context, update)]
  if (update.className === 'FoundMove') return [await foundMove(context, update)]
  if (update.className === 'FoundMessage') return await messageEvents(context, update.message)
  if (update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage) {
    return await messageEvents(context, update.message)
  }
  if (update instanceof Api.UpdateEditMessage || update instanceof Api.UpdateEditChannelMessage) {
    return await editEvents(context, update.message)
  }
  if (update instanceof Api.UpdateDeleteMessages) return await deletedAnywhere(context, update.messages)
  if (update instanceof Api.UpdateReadMessagesContents) return await seenOnce(context, update.messages)
  if (update instanceof Api.UpdateDeleteChannelMessages) {
    const peer = boxOf(update.channelId) as PeerKey
    const chat = chatKeyOf(peer, context.login)
    return update.messages.map((id) => redaction(context, chat, messageIdOf(peer, id, context.login)))
  }
  if (update instanceof Api.UpdateMessageReactions) return await reactionEvents(context, update)
  if (update instanceof Api.UpdateChatParticipants) context.readAnew(`g${update.participants.chatId.toString()}`)
  else if (update instanceof Api.UpdateChannel || update instanceof Api.UpdateChat)
    context.readAnew(changedPeer(update))
  else handleEphemeral(context, update)
  return []
}

/** Said once for a gap: where the account stood before it names it. */
function edgeNotice({ host, login }: RemoteContext, { peer, fromMs, toMs, isRefused }: HistoryEdge): RemoteEvent {
  const why = isRefused === true ? 'Telegram does not give its history' : 'its history does not reach back so far'
  return {
    kind: 'notice',
    chat: chatKeyOf(peer, login),
    id: remoteMessageId(`edge:${peer}:${fromMs}`),
    timestampMs: Math.min(toMs, host.now()),
    login,
    text: `What was said on Telegram between ${spanInWords(fromMs, toMs)} may be missing here: ${why}.`,
  }
}

async function messageEvents(context: RemoteContext, message: Api.TypeMessage): Promise<RemoteEvent[]> {
  if (message instanceof Api.MessageEmpty) return []
  if (context.takeOwnSent(boxOfPeer(peerKeyOf(message.peerId)), message.id)) return []
  if (message instanceof Api.MessageService) return await handleService(context, message)
  const event = await messageEvent(context, message, true)
  if (event.isViewOnce === true) await context.host.store.set(onceKey(context.login, message.id), true)
  return [event]
}

/** An update of a message without a date of change says that its preview, its views or its reactions changed. */
async function editEvents(context: RemoteContext, message: Api.TypeMessage): Promise<RemoteEvent[]> {
  if (!(message instanceof Api.Message)) return []
  const { login, peers } = context
  const peer = peerKeyOf(message.peerId)
  const target = messageIdOf(peer, message.id, login)
  if (hasExpired(message.media) && (await context.host.store.get(onceKey(login, message.id))) === true)
    return [redaction(context, chatKeyOf(peer, login), target)]
  if (message.editDate === undefined || message.editHide === true) return []
  const author = senderOf(context, message)
  const edited = await editedTo(context, message)
  if (edited === undefined) return []
  const content = createHash('sha256').update(JSON.stringify(edited.document)).digest('base64url').slice(0, 16)
  return [
    {
      kind: 'edit',
      chat: chatKeyOf(peer, login),
      id: remoteMessageId(`edit:${target}:${message.editDate}:${content}`),
      timestampMs: message.editDate * 1000,
      login,
      sender: await remoteUserOf(peers, author, login),
      ...(isUnsigned(author) && { mayBeOurs: true }),
      target,
      ...edited,
    },
  ]
}

/** A medium that was to be seen once, and has been. */
function hasExpired(media: Api.TypeMessageMedia | undefined): boolean {
  if (media instanceof Api.MessageMediaPhoto) return media.ttlSeconds !== undefined && media.photo === undefined
  return media instanceof Api.MessageMediaDocument && media.ttlSeconds !== undefined && media.document === undefined
}

/** What was to be seen once has been opened on another device: Telegram does not keep it any longer. */
async function seenOnce(context: RemoteContext, ids: readonly number[]): Promise<RemoteEvent[]> {
  const { store } = context.host
  const once = await store.getMany(ids.map((id) => onceKey(context.login, id)))
  const gone = ids.filter((id) => once.has(onceKey(context.login, id)))
  const events = await deletedAnywhere(context, gone)
  await store.write([...once.keys()].map((key) => ({ key, value: undefined })))
  return events
}

/** Numbers of private chats and basic groups count in one row. */
function onceKey(login: LoginId, id: number): string {
  return `${accountPrefix(login)}once/${id}`
}

/** Private chats and basic groups share one row of numbers, and a deletion names nothing else. */
async function deletedAnywhere(context: RemoteContext, ids: readonly number[]): Promise<RemoteEvent[]> {
  const { host, login } = context
  const events = ids.map(async (number) => {
    const id = messageIdOf(selfPeer(login), number, login)
    const chats = await host.chatsWith(login, id)
    return chats.map((chat) => redaction(context, chat, id))
  })
  return (await Promise.all(events)).flat()
}

/** Who deleted it is not said; the framework lets the author take back what is theirs. */
function redaction({ host, login }: RemoteContext, chat: ChatKey, target: RemoteMessageId): RemoteEvent {
  return {
    kind: 'redaction',
    chat,
    id: remoteMessageId(`delete:${target}`),
    timestampMs: host.now(),
    login,
    sender: { id: userIdOfPeer(selfPeer(login)) },
    target,
  }
}

function changedPeer(update: Api.UpdateChannel | Api.UpdateChat): PeerKey {
  return update instanceof Api.UpdateChannel ? `c${update.channelId.toString()}` : `g${update.chatId.toString()}`
}
