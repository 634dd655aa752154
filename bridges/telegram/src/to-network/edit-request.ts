import { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { TelegramAction } from './actions.ts'
import { apiEntities } from './api-entities.ts'
import { numberHere } from './message-numbers.ts'
import type { TransmitParts } from './transmit-parts.ts'

/** Puts another text in the place of a message's. */
export async function editRequest(
  { peers, login }: TransmitParts,
  peer: PeerKey,
  { id, text, entities }: Extract<TelegramAction, { kind: 'edit' }>,
): Promise<Api.messages.EditMessage> {
  const shown = await apiEntities(peers, entities)
  return new Api.messages.EditMessage({
    peer: await peers.input(peer),
    id: numberHere(id, peer, login),
    message: text,
    ...(shown.length > 0 && { entities: shown }),
  })
}
