import type { LoginId, RemoteAvatar, RemoteUser } from '@pons/core'
import { userIdOfPeer } from './ids.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import type { PeerRecord, Peers } from './protocol/peers.ts'

/** A peer as the framework knows people, with as much as is known of them. */
export async function remoteUserOf(peers: Peers, peer: PeerKey, login: LoginId): Promise<RemoteUser> {
  const record = await peers.get(peer)
  const avatar = record && avatarOf(peer, record, login)
  return {
    id: userIdOfPeer(peer),
    ...(record !== undefined && { name: record.name }),
    ...(record?.isBot === true && { isBot: true }),
    ...(avatar !== undefined && { avatar }),
  }
}

export function avatarOf(peer: PeerKey, { photoId, photoDc }: PeerRecord, login: LoginId): RemoteAvatar | undefined {
  if (photoId === undefined) return undefined
  return { id: photoId, source: { login, avatarOf: peer, photoId, dcId: photoDc ?? 0 } }
}
