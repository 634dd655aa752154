import type { BridgeHost, LoginId, MessageDocument, RemoteEdit, RemoteMessage, RemoteMessageId } from '@pons/core'
import { Api } from 'telegram'
import { blocksFrom } from '../convert/from-telegram.ts'
import { wordsFor } from '../convert/in-words.ts'
import { mediaOf } from '../convert/media-from-telegram.ts'
import { plainObjectOf } from '../convert/plain-object.ts'
import { chatKeyOf, isUnsigned, messageIdOf, userIdOfPeer } from '../ids.ts'
import { notesOf } from './notes.ts'
import type { People } from '../people.ts'
import { peerKeyOf } from '../protocol/peer-key.ts'
import type { Peers } from '../protocol/peers.ts'
import { fromApiEntity, type TextEntity } from '../protocol/text-entity.ts'
import { senderOf } from './sender-of.ts'

/** Who is who: on the network, and as a ghost. */
export interface Naming {
  readonly people: People
  readonly host: Pick<BridgeHost, 'ghostUserId'>
}

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
    document: await documentOf(naming, message),
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

/** What a message says: its text, and what hangs on it. */
async function documentOf({ people, host }: Naming, message: Api.Message): Promise<MessageDocument> {
  const { login, peers } = people
  const entities = await entitiesOf(peers, message)
  const blocks = blocksFrom(message.message, entities satisfies TextEntity[], (userId) =>
    host.ghostUserId(userIdOfPeer(`u${userId}`)),
  )
  const place = { login, peer: peerKeyOf(message.peerId), messageId: message.id }
  const media = mediaOf(message.media, place)
  const words = media === undefined ? wordsFor(message.media) : undefined
  const notes = await notesOf(people, message)
  return {
    kind: 'text',
    blocks: [...blocks, ...(words?.blocks ?? [])],
    ...(media !== undefined && { media }),
    ...(words?.location !== undefined && { location: words.location }),
    ...(notes.length > 0 && { notes }),
  }
}

/** A user name is a mention of whoever goes by it, where the account has met them. */
async function entitiesOf(peers: Peers, { message, entities = [] }: Api.Message): Promise<TextEntity[]> {
  const read: TextEntity[] = []
  for (const entity of entities) {
    const known = fromApiEntity(entity)
    if (known !== undefined) read.push(known)
    if (!(entity instanceof Api.MessageEntityMention)) continue
    const { offset, length } = entity
    const peer = await peers.byUsername(message.slice(offset, offset + length).replace(/^@/, ''))
    if (peer?.startsWith('u') === true) read.push({ type: 'mention', offset, length, userId: peer.slice(1), hash: '' })
  }
  return read
}

type Edited = Pick<RemoteEdit, 'document' | 'keepsMedia' | 'needsTarget'>

/**
 * What a message has become; undefined where nothing is said that would not stand there already. Telegram takes no medium away
 * by an edit: one that is not there, or has expired, stays. A poll's votes and a live place's moves are nobody's words.
 */
export async function editedTo(naming: Naming, message: Api.Message): Promise<Edited | undefined> {
  const { media } = message
  const isMove = media instanceof Api.MessageMediaGeoLive || media instanceof Api.MessageMediaPoll
  const document = await documentOf(naming, message)
  if (document.media !== undefined) return { document }
  if (wordsFor(media)?.isPartial !== true) {
    return {
      document,
      ...(document.location === undefined && { keepsMedia: true }),
      ...(isMove && { needsTarget: true }),
    }
  }
  if (message.message === '') return undefined
  return { document: await documentOf(naming, withoutMedia(message)), keepsMedia: true }
}

function withoutMedia({ peerId, id, date, message, entities, fwdFrom }: Api.Message): Api.Message {
  const kept = { ...(entities !== undefined && { entities }), ...(fwdFrom !== undefined && { fwdFrom }) }
  return new Api.Message({ peerId, id, date, message, ...kept })
}
