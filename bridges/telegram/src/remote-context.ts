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
  /** Everybody's reactions to a message; undefined where they are too many to ask for, or not shown. */
  readonly allReactions: (peer: PeerKey, id: number) => Promise<readonly Api.TypeMessagePeerReaction[] | undefined>
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
export async function knownSnapshot(
  { peers, login }: Pick<RemoteContext, 'peers' | 'login'>,
  peer: PeerKey,
): Promise<ChatSnapshot> {
  const record = await peers.get(peer)
  if (peer.startsWith('u')) {
    const self = { user: await remoteUserOf(peers, selfPeer(login), login), powerLevel: 50 }
    // Nobody else is in it whom it could be named after; Telegram's apps call it so.
    if (peer === selfPeer(login)) return { kind: 'direct', name: 'Saved Messages', members: [self] }
    const other = await remoteUserOf(peers, peer, login)
    // In the room of whoever noted it, it may stand.
    const name = record?.contactName
    return { kind: 'direct', ...(name !== undefined && { name }), members: [{ user: other, powerLevel: 0 }, self] }
  }
  const avatar = record && avatarOf(peer, record, login)
  return {
    kind: record?.isBroadcast === true ? 'channel' : 'group',
    ...(record !== undefined && { name: record.name }),
    ...(avatar !== undefined && { avatar }),
    joinRule: 'invite',
  }
}
