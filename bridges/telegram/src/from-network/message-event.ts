import type { LoginId, RemoteMessage, RemoteMessageId } from '@pons/core'
import { Api } from 'telegram'
import { wordsFor } from '../convert/in-words.ts'
import { plainObjectOf } from '../convert/plain-object.ts'
import { chatKeyOf, isUnsigned, messageIdOf } from '../ids.ts'
import { peerKeyOf } from '../protocol/peer-key.ts'
import { messageDocument } from './message-document.ts'
import type { Naming } from './naming.ts'
import { senderOf } from './sender-of.ts'

/** A message as an event of its own. */
export async function messageEvent(naming: Naming, message: Api.Message): Promise<RemoteMessage> {
  const { people } = naming
  const { login } = people
  const peer = peerKeyOf(message.peerId)
  const author = senderOf(login, message)
  const replyTo = answeredBy(message, login)
  const words =
    message.media instanceof Api.MessageMediaDocument || message.media instanceof Api.MessageMediaPhoto
      ? undefined
      : wordsFor(message.media)
  return {
    kind: 'message',
    chat: chatKeyOf(peer, login),
    id: messageIdOf(peer, message.id, login),
    timestampMs: message.date * 1000,
    login,
    sender: await people.user(author),
    document: await messageDocument(naming, message),
    ...passing(message),
    ...(isUnsigned(author) && { mayBeOurs: true }),
    ...(replyTo !== undefined && { replyTo }),
    ...(words?.isRaw === true && { raw: plainObjectOf(message.media) }),
  }
}

/** Until when it stays (core.telegram.org/api/auto-delete), and whether its medium is to be seen once. */
function passing({ date, ttlPeriod, media }: Api.Message): Pick<RemoteMessage, 'disappearsAtMs' | 'isViewOnce'> {
  // Of one that has been seen there is nothing left.
  const isViewOnce =
    (media instanceof Api.MessageMediaPhoto && media.ttlSeconds !== undefined && media.photo !== undefined) ||
    (media instanceof Api.MessageMediaDocument && media.ttlSeconds !== undefined && media.document !== undefined)
  return {
    ...(ttlPeriod !== undefined && { disappearsAtMs: (date + ttlPeriod) * 1000 }),
    ...(isViewOnce && { isViewOnce }),
  }
}

/** The message that is answered, which may be of another chat; a topic's messages name its first one without answering it. */
function answeredBy({ replyTo, peerId }: Api.Message, login: LoginId): RemoteMessageId | undefined {
  if (!(replyTo instanceof Api.MessageReplyHeader) || replyTo.replyToMsgId === undefined) return undefined
  if (replyTo.replyToScheduled === true) return undefined
  if (replyTo.forumTopic === true && replyTo.replyToTopId === undefined) return undefined
  return messageIdOf(peerKeyOf(replyTo.replyToPeerId ?? peerId), replyTo.replyToMsgId, login)
}
