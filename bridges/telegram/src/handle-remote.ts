import { createHash } from 'node:crypto'
import { remoteMessageId, type ChatKey, type RemoteEvent } from '@pons/core'
import { Api } from 'telegram'
import { handleEphemeral } from './handle-ephemeral.ts'
import { handleService } from './handle-service.ts'
import { chatKeyOf, messageIdOf, selfPeer, userIdOfPeer } from './ids.ts'
import { documentOf, messageEvent } from './message-event.ts'
import { boxOf, boxOfPeer } from './protocol/counted.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'
import type { UpdateItem } from './protocol/update-engine.ts'
import { senderOf, type RemoteContext } from './remote-context.ts'
import { remoteUserOf } from './remote-people.ts'

/** What one update says, as events; none for what is not worth one. */
export async function eventsOf(context: RemoteContext, { update }: UpdateItem): Promise<RemoteEvent[]> {
  if (update.className === 'FoundMessage') return await messageEvents(context, update.message)
  if (update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage) {
    return await messageEvents(context, update.message)
  }
  if (update instanceof Api.UpdateEditMessage || update instanceof Api.UpdateEditChannelMessage) {
    return await editEvents(context, update.message)
  }
  if (update instanceof Api.UpdateDeleteMessages) return await deletedAnywhere(context, update.messages)
  if (update instanceof Api.UpdateDeleteChannelMessages) {
    const chat = chatKeyOf(boxOf(update.channelId) as PeerKey, context.login)
    return update.messages.map((id) => redaction(context, chat, id))
  }
  if (update instanceof Api.UpdateMessageReactions) return await reactionEvents(context, update)
  if (update instanceof Api.UpdateChatParticipants) context.readAnew(`g${update.participants.chatId.toString()}`)
  else if (update instanceof Api.UpdateChannel || update instanceof Api.UpdateChat)
    context.readAnew(changedPeer(update))
  else handleEphemeral(context, update)
  return []
}

async function messageEvents(context: RemoteContext, message: Api.TypeMessage): Promise<RemoteEvent[]> {
  if (message instanceof Api.MessageEmpty) return []
  if (context.takeOwnSent(boxOfPeer(peerKeyOf(message.peerId)), message.id)) return []
  if (message instanceof Api.MessageService) return await handleService(context, message)
  return [await messageEvent(context, message, true)]
}

/** An update of a message without a date of change says that its preview, its views or its reactions changed. */
async function editEvents(context: RemoteContext, message: Api.TypeMessage): Promise<RemoteEvent[]> {
  if (!(message instanceof Api.Message) || message.editDate === undefined || message.editHide === true) return []
  const { login, peers } = context
  const document = await documentOf(context, message)
  const content = createHash('sha256').update(JSON.stringify(document)).digest('base64url').slice(0, 16)
  return [
    {
      kind: 'edit',
      chat: chatKeyOf(peerKeyOf(message.peerId), login),
      id: remoteMessageId(`edit:${message.id}:${message.editDate}:${content}`),
      timestampMs: message.editDate * 1000,
      login,
      sender: await remoteUserOf(peers, senderOf(context, message), login),
      target: messageIdOf(message.id),
      document,
    },
  ]
}

/** Private chats and basic groups share one row of numbers, and a deletion names nothing else. */
async function deletedAnywhere(context: RemoteContext, ids: readonly number[]): Promise<RemoteEvent[]> {
  const events = ids.map(async (id) => {
    const chats = await context.host.chatsWith(context.login, messageIdOf(id))
    return chats.map((chat) => redaction(context, chat, id))
  })
  return (await Promise.all(events)).flat()
}

/** Who deleted it is not said; the framework lets the author take back what is theirs. */
function redaction({ host, login }: RemoteContext, chat: ChatKey, id: number): RemoteEvent {
  return {
    kind: 'redaction',
    chat,
    id: remoteMessageId(`delete:${id}`),
    timestampMs: host.now(),
    login,
    sender: { id: userIdOfPeer(selfPeer(login)) },
    target: messageIdOf(id),
  }
}

/** Counted by no box: what is missed is not told again, but the next change tells the whole. */
async function reactionEvents(context: RemoteContext, update: Api.UpdateMessageReactions): Promise<RemoteEvent[]> {
  const { host, login, peers } = context
  const byPeer = new Map<PeerKey, string[]>()
  for (const { peerId, reaction } of update.reactions.recentReactions ?? []) {
    const peer = peerKeyOf(peerId)
    const key = reaction instanceof Api.ReactionEmoji ? reaction.emoticon : undefined
    byPeer.set(peer, [...(byPeer.get(peer) ?? []), ...(key === undefined ? [] : [key])])
  }
  const listed = [...byPeer.values()].reduce((sum, keys) => sum + keys.length, 0)
  const total = update.reactions.results.reduce((sum, { count }) => sum + count, 0)
  const reactions = await Promise.all(
    [...byPeer].map(async ([peer, keys]) => ({ sender: await remoteUserOf(peers, peer, login), keys })),
  )
  return [
    {
      kind: 'reaction-sync',
      chat: chatKeyOf(peerKeyOf(update.peer), login),
      id: remoteMessageId(`reactions:${update.msgId}:${host.now()}:${reactionCounter++}`),
      timestampMs: host.now(),
      login,
      target: messageIdOf(update.msgId),
      reactions,
      isComplete: listed >= total,
    },
  ]
}

let reactionCounter = 0

function changedPeer(update: Api.UpdateChannel | Api.UpdateChat): PeerKey {
  return update instanceof Api.UpdateChannel ? `c${update.channelId.toString()}` : `g${update.chatId.toString()}`
}
