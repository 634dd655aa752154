import type { RemoteEdit } from '@pons/core'
import { Api } from 'telegram'
import { wordsFor } from '../convert/in-words.ts'
import { messageDocument } from './message-document.ts'
import type { Naming } from './naming.ts'

type Edited = Pick<RemoteEdit, 'document' | 'keepsMedia' | 'needsTarget'>

/**
 * What a message has become; undefined where nothing is said that would not stand there already. Telegram takes no medium away
 * by an edit: one that is not there, or has expired, stays. A poll's votes and a live place's moves are nobody's words.
 */
export async function editedTo(naming: Naming, message: Api.Message): Promise<Edited | undefined> {
  const { media } = message
  const isMove = media instanceof Api.MessageMediaGeoLive || media instanceof Api.MessageMediaPoll
  const document = await messageDocument(naming, message)
  if (document.media !== undefined) return { document }
  if (wordsFor(media)?.isPartial !== true) {
    return {
      document,
      ...(document.location === undefined && { keepsMedia: true }),
      ...(isMove && { needsTarget: true }),
    }
  }
  if (message.message === '') return undefined
  return { document: await messageDocument(naming, withoutMedia(message)), keepsMedia: true }
}

function withoutMedia({ peerId, id, date, message, entities, fwdFrom }: Api.Message): Api.Message {
  const kept = { ...(entities !== undefined && { entities }), ...(fwdFrom !== undefined && { fwdFrom }) }
  return new Api.Message({ peerId, id, date, message, ...kept })
}
