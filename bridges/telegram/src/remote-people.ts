import type { LoginId, RemoteAvatar, RemoteUser } from '@pons/core'
import { userIdOfPeer } from './ids.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import type { PeerRecord } from './protocol/peer-record.ts'
import type { Peers } from './protocol/peers.ts'

/** A peer as the framework knows people, with as much as is known of them. */
export async function remoteUserOf(peers: Peers, peer: PeerKey, login: LoginId): Promise<RemoteUser> {
  const record = await peers.get(peer)
  const avatar = record && avatarOf(peer, record, login)
  return {
    id: userIdOfPeer(peer),
    ...(record !== undefined && namesOf(record)),
    ...(record?.isBot === true && { isBot: true }),
    ...(avatar !== undefined && { avatar }),
  }
}

/** What the account's owner has noted is theirs alone; under what name everybody knows them, another account may be told. */
function namesOf({ name, contactName, isNameless }: PeerRecord): Pick<RemoteUser, 'name' | 'stopgapName'> {
  return contactName !== undefined && isNameless === true ? { stopgapName: name } : { name }
}

/** null where there is none; undefined where that is not known. */
export function avatarOf(peer: PeerKey, record: PeerRecord, login: LoginId): RemoteAvatar | null | undefined {
  const { photoId, photoDc, hasShownPhoto } = record
  // People may hide their picture from some: whoever never saw one cannot say that it was taken away.
  if (photoId === null) return peer.startsWith('u') && hasShownPhoto !== true ? undefined : null
  if (photoId === undefined) return undefined
  return { id: photoId, source: { login, avatarOf: peer, photoId, dcId: photoDc ?? 0 } }
}
