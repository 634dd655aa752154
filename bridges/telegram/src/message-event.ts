import type { MessageDocument, RemoteMessage } from '@pons/core'
import { Api } from 'telegram'
import { blocksFrom } from './convert/from-telegram.ts'
import { wordsFor } from './convert/in-words.ts'
import { mediaOf } from './convert/media-from-telegram.ts'
import { plainObjectOf } from './convert/plain-object.ts'
import { chatKeyOf, messageIdOf, userIdOfPeer } from './ids.ts'
import { peerKeyOf } from './protocol/peer-key.ts'
import { fromApiEntity, type TextEntity } from './protocol/text-entity.ts'
import { knownSnapshot, senderOf, type RemoteContext } from './remote-context.ts'
import { remoteUserOf } from './remote-people.ts'

/** A message as an event of its own; with what a portal is made from, where it may make one. */
export async function messageEvent(
  context: RemoteContext,
  message: Api.Message,
  mayCreate: boolean,
): Promise<RemoteMessage> {
  const { login, peers } = context
  const peer = peerKeyOf(message.peerId)
  const reply = message.replyTo
  const repliedId = reply instanceof Api.MessageReplyHeader ? reply.replyToMsgId : undefined
  const words =
    message.media instanceof Api.MessageMediaDocument || message.media instanceof Api.MessageMediaPhoto
      ? undefined
      : wordsFor(message.media)
  return {
    kind: 'message',
    chat: chatKeyOf(peer, login),
    id: messageIdOf(message.id),
    timestampMs: message.date * 1000,
    login,
    sender: await remoteUserOf(peers, senderOf(context, message), login),
    document: await documentOf(context, message),
    ...(repliedId !== undefined && { replyTo: messageIdOf(repliedId) }),
    ...(mayCreate && { createPortal: await knownSnapshot(context, peer) }),
    ...(words?.isRaw === true && { raw: plainObjectOf(message.media) }),
  }
}

/** What a message says: its text, and what hangs on it. */
export async function documentOf(context: RemoteContext, message: Api.Message): Promise<MessageDocument> {
  const { login } = context
  const entities = (message.entities ?? []).flatMap((entity) => fromApiEntity(entity) ?? [])
  const blocks = blocksFrom(message.message, entities satisfies TextEntity[], (userId) =>
    context.host.ghostUserId(userIdOfPeer(`u${userId}`)),
  )
  const place = { login, peer: peerKeyOf(message.peerId), messageId: message.id }
  const media = mediaOf(message.media, place)
  const words = media === undefined ? wordsFor(message.media) : undefined
  return {
    kind: 'text',
    blocks: [...blocks, ...(words?.blocks ?? [])],
    ...(media !== undefined && { media }),
    ...(words?.location !== undefined && { location: words.location }),
  }
}
