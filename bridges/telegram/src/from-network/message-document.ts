import type { MessageDocument } from '@pons/core'
import { Api } from 'telegram'
import { blocksFrom } from '../convert/from-telegram.ts'
import { wordsFor } from '../convert/in-words.ts'
import { mediaOf } from '../convert/media-from-telegram.ts'
import { userIdOfPeer } from '../ids.ts'
import { peerKeyOf } from '../protocol/peer-key.ts'
import type { Peers } from '../protocol/peers.ts'
import { fromApiEntity, type TextEntity } from '../protocol/text-entity.ts'
import type { Naming } from './naming.ts'
import { notesOf } from './notes.ts'

/** What a message says: its text, and what hangs on it. */
export async function messageDocument({ people, host }: Naming, message: Api.Message): Promise<MessageDocument> {
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
