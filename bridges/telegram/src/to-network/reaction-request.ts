import { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { TelegramAction } from './actions.ts'
import { numberHere } from './message-numbers.ts'
import type { TransmitParts } from './transmit-parts.ts'

/** Says what the account reacts to a message with, from now on. */
export async function reactionRequest(
  { peers, login }: Pick<TransmitParts, 'peers' | 'login'>,
  peer: PeerKey,
  { id, key }: Extract<TelegramAction, { kind: 'react' }>,
): Promise<Api.messages.SendReaction> {
  const reaction = key === undefined ? [] : [new Api.ReactionEmoji({ emoticon: key })]
  return new Api.messages.SendReaction({ peer: await peers.input(peer), msgId: numberHere(id, peer, login), reaction })
}
