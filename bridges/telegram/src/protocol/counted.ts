import { Api } from 'telegram'
import type { BigInteger } from 'big-integer'
import type { PeerKey } from './peer-key.ts'

/** '' is the account's own box: private chats and basic groups. `c123` is a channel's. */
export type Box = '' | `c${string}`

/** An update that a box counts: it has happened when the box stands at `pts`, and moved it by `count`. */
export interface Counted {
  readonly box: Box
  readonly pts: number
  readonly count: number
  /** undefined: something of our own, which needs no telling. */
  readonly update: Api.TypeUpdate | undefined
}

export function boxOf(channelId: BigInteger): Box {
  return `c${channelId.toString()}`
}

export function boxOfPeer(peer: PeerKey): Box {
  return peer.startsWith('c') ? (peer as Box) : ''
}

/** undefined for an update that no box counts: typing, reactions, changes of a chat. */
export function countedOf(update: Api.TypeUpdate): Counted | undefined {
  const { pts, ptsCount } = update as { pts?: number; ptsCount?: number }
  if (pts === undefined || ptsCount === undefined) return undefined
  return { box: boxOfUpdate(update), pts, count: ptsCount, update }
}

function boxOfUpdate(update: Api.TypeUpdate): Box {
  if (update instanceof Api.UpdateNewChannelMessage || update instanceof Api.UpdateEditChannelMessage) {
    const { message } = update
    const peer = message instanceof Api.MessageEmpty ? undefined : message.peerId
    return peer instanceof Api.PeerChannel ? boxOf(peer.channelId) : ''
  }
  const { channelId } = update as { channelId?: BigInteger }
  return channelId === undefined ? '' : boxOf(channelId)
}

/**
 * The single updates in what the network sends or answers. What was sent by a call of our own is told to `onSent` under its
 * random id, and is in there as well.
 */
export function itemsOf(object: unknown, onSent: (randomId: string, id: number) => void): Api.TypeUpdate[] {
  if (object instanceof Api.Updates || object instanceof Api.UpdatesCombined) {
    for (const update of object.updates) {
      if (update instanceof Api.UpdateMessageID) onSent(String(update.randomId), update.id)
    }
    return object.updates.filter((update) => !(update instanceof Api.UpdateMessageID))
  }
  if (object instanceof Api.UpdateShort) return [object.update]
  if (object instanceof Api.UpdateShortMessage) return [longForm(object, new Api.PeerUser({ userId: object.userId }))]
  if (object instanceof Api.UpdateShortChatMessage)
    return [longForm(object, new Api.PeerChat({ chatId: object.chatId }))]
  if (object instanceof Api.UpdateShortSentMessage) return [ownSent(object)]
  return []
}

/** The short forms say the same with fewer words. */
function longForm(
  short: Api.UpdateShortMessage | Api.UpdateShortChatMessage,
  peerId: Api.TypePeer,
): Api.UpdateNewMessage {
  const { id, message, date, out, entities, replyTo, fwdFrom, ttlPeriod, pts, ptsCount } = short
  const fromId = short instanceof Api.UpdateShortChatMessage ? new Api.PeerUser({ userId: short.fromId }) : undefined
  const full = new Api.Message({
    id,
    peerId,
    message,
    date,
    ...(out === true && { out }),
    ...(fromId !== undefined && { fromId }),
    ...(entities !== undefined && { entities }),
    ...(replyTo !== undefined && { replyTo }),
    ...(fwdFrom !== undefined && { fwdFrom }),
    ...(ttlPeriod !== undefined && { ttlPeriod }),
  })
  return new Api.UpdateNewMessage({ message: full, pts, ptsCount })
}

/** The answer to a plain text of our own: it counts, and there is nothing in it that we do not know. */
function ownSent({ id, pts, ptsCount }: Api.UpdateShortSentMessage): Api.UpdateNewMessage {
  return new Api.UpdateNewMessage({ message: new Api.MessageEmpty({ id }), pts, ptsCount })
}
