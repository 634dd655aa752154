import { BridgeError } from '@pons/core'
import { Api } from 'telegram'
import { selfPeer } from '../ids.ts'
import type { Box } from '../protocol/counted.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { TargetId } from './actions.ts'
import { countsElsewhere, isBare, numberIn } from './message-numbers.ts'
import type { TransmitParts } from './transmit-parts.ts'

/** In the box where the messages are: in the room of a supergroup some may be of the group that it was. */
export async function deleteMessages(
  { peers, login, call, affected }: Pick<TransmitParts, 'peers' | 'login' | 'call' | 'affected'>,
  { peer, ids, signal }: { peer: PeerKey; ids: readonly TargetId[]; signal: AbortSignal },
): Promise<void> {
  const own = ids.flatMap((id) =>
    isBare(id) && peer.startsWith('c') ? [] : (numberIn(id, selfPeer(login), login) ?? []),
  )
  const shared = ids.flatMap((id) => (peer.startsWith('c') ? (numberIn(id, peer, login) ?? []) : []))
  if (own.length + shared.length < ids.length) throw countsElsewhere()
  if (own.length > 0) affected('', await call(new Api.messages.DeleteMessages({ id: own, revoke: true }), signal))
  if (shared.length === 0) return
  const channel = await peers.channel(peer)
  if (channel === undefined) throw new BridgeError('Telegram does not know this chat any more')
  affected(peer as Box, await call(new Api.channels.DeleteMessages({ channel, id: shared }), signal))
}
