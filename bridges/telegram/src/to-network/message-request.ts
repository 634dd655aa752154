import bigInt from 'big-integer'
import { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { TelegramAction } from './actions.ts'
import { apiEntities } from './api-entities.ts'
import { numberIn } from './message-numbers.ts'
import type { TransmitParts } from './transmit-parts.ts'
import { uploadMedia } from './upload-media.ts'

/** What becomes a message of its own. */
export type Sending = Extract<TelegramAction, { kind: 'text' | 'file' | 'place' }>

/** Says something in a chat, uploading what hangs on it first. */
export async function messageRequest(
  parts: TransmitParts,
  action: Sending,
  to: { peer: PeerKey; randomId: string; signal: AbortSignal },
): Promise<Api.messages.SendMessage | Api.messages.SendMedia> {
  const peer = await parts.peers.input(to.peer)
  const answered = action.replyTo === undefined ? undefined : numberIn(action.replyTo, to.peer, parts.login)
  const replyTo = answered === undefined ? undefined : new Api.InputReplyToMessage({ replyToMsgId: answered })
  const common = { peer, randomId: bigInt(to.randomId), ...(replyTo !== undefined && { replyTo }) }
  if (action.kind === 'place') {
    const geoPoint = new Api.InputGeoPoint({ lat: action.latitude, long: action.longitude })
    return new Api.messages.SendMedia({ ...common, media: new Api.InputMediaGeoPoint({ geoPoint }), message: '' })
  }
  const entities = await apiEntities(parts.peers, action.entities)
  const text = { message: action.text, ...(entities.length > 0 && { entities }) }
  if (action.kind === 'text') return new Api.messages.SendMessage({ ...common, ...text })
  return new Api.messages.SendMedia({ ...common, ...text, media: await uploadMedia(parts, action.file, to.signal) })
}
