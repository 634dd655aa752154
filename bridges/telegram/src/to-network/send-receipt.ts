import type { RemoteMessageId } from '@pons/core'
import { Api } from 'telegram'
import { numberOfMessage } from '../ids.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'
import type { TransmitParts } from './transmit-parts.ts'

/** Tells Telegram that a chat is read up to a message. What was read before the group became a supergroup is past telling. */
export async function sendReceipt(
  { peers, call, login, affected }: Reader & Pick<TransmitParts, 'login' | 'affected'>,
  peer: PeerKey,
  upTo: RemoteMessageId,
): Promise<void> {
  const maxId = numberOfMessage(upTo, peer, login)
  if (maxId === undefined) return
  const channel = await peers.channel(peer)
  if (channel !== undefined) return void (await call(new Api.channels.ReadHistory({ channel, maxId })))
  const request = new Api.messages.ReadHistory({ peer: await peers.input(peer), maxId })
  affected('', await call(request))
}
