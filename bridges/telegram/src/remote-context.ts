import type { BridgeHost, ChatSnapshot, LoginId } from '@pons/core'
import type { Api } from 'telegram'
import { selfPeer } from './ids.ts'
import type { Box } from './protocol/counted.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'
import type { Peers } from './protocol/peers.ts'
import { avatarOf, remoteUserOf } from './remote-people.ts'

export interface RemoteContext {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly peers: Peers
  /** Is it what we sent a moment ago, as the answer to our own call says? Asked once for each. */
  readonly takeOwnSent: (box: Box, id: number) => boolean
  /** A chat changed in ways that no message says: it is to be read anew. */
  readonly readAnew: (peer: PeerKey) => void
}

/** Who wrote it: in a private chat only the direction says so, and in a channel the channel speaks. */
export function senderOf(
  { login }: RemoteContext,
  { fromId, out, peerId, post }: Api.Message | Api.MessageService,
): PeerKey {
  if (fromId !== undefined) return peerKeyOf(fromId)
  if (out === true && post !== true) return selfPeer(login)
  return peerKeyOf(peerId)
}

/** As much as is known without asking; the framework asks for the rest when it makes the room. */
export async function knownSnapshot({ peers, login }: RemoteContext, peer: PeerKey): Promise<ChatSnapshot> {
  const record = await peers.get(peer)
  if (peer.startsWith('u')) {
    const other = await remoteUserOf(peers, peer, login)
    const self = await remoteUserOf(peers, selfPeer(login), login)
    return {
      kind: 'direct',
      members: [
        { user: other, powerLevel: 0 },
        { user: self, powerLevel: 50 },
      ],
    }
  }
  const avatar = record && avatarOf(peer, record, login)
  return {
    kind: record?.isBroadcast === true ? 'channel' : 'group',
    ...(record !== undefined && { name: record.name }),
    ...(avatar !== undefined && { avatar }),
    joinRule: 'invite',
  }
}
