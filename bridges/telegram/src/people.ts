import type { ChatSnapshot, LoginId, RemoteAvatar, RemoteUser } from '@pons/core'
import { selfPeer, userIdOfPeer } from './ids.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import type { PeerRecord } from './protocol/peer-record.ts'
import type { Peers } from './protocol/peers.ts'

/** The peers an account has met, as the framework knows people and chats, with as much as is known without asking. */
export class People {
  /** Whose account it is. */
  readonly login: LoginId
  readonly peers: Peers

  constructor(login: LoginId, peers: Peers) {
    this.login = login
    this.peers = peers
  }

  async user(peer: PeerKey): Promise<RemoteUser> {
    const record = await this.peers.get(peer)
    const avatar = record && this.avatar(peer, record)
    return {
      id: userIdOfPeer(peer),
      ...(record !== undefined && namesOf(record)),
      ...(avatar !== undefined && { avatar }),
    }
  }

  /** The framework asks for the rest when it makes the room. */
  async snapshot(peer: PeerKey): Promise<ChatSnapshot> {
    const record = await this.peers.get(peer)
    if (peer.startsWith('u')) return await this.#privateChat(peer, record)
    const avatar = record && this.avatar(peer, record)
    return {
      kind: record?.isBroadcast === true ? 'channel' : 'group',
      ...(record !== undefined && { name: record.name }),
      ...(avatar !== undefined && { avatar }),
      joinRule: 'invite',
    }
  }

  /** null where there is none; undefined where that is not known. */
  avatar(peer: PeerKey, { photoId, photoDc, hasShownPhoto }: PeerRecord): RemoteAvatar | null | undefined {
    // People may hide their picture from some: whoever never saw one cannot say that it was taken away.
    if (photoId === null) return peer.startsWith('u') && hasShownPhoto !== true ? undefined : null
    if (photoId === undefined) return undefined
    return { id: photoId, source: { login: this.login, avatarOf: peer, photoId, dcId: photoDc ?? 0 } }
  }

  async #privateChat(peer: PeerKey, record: PeerRecord | undefined): Promise<ChatSnapshot> {
    const own = selfPeer(this.login)
    const self = { user: await this.user(own), powerLevel: 50 }
    // Nobody else is in it whom it could be named after; Telegram's apps call it so.
    if (peer === own) return { kind: 'direct', name: 'Saved Messages', members: [self] }
    const other = await this.user(peer)
    // In the room of whoever noted it, it may stand.
    const name = record?.contactName
    return { kind: 'direct', ...(name !== undefined && { name }), members: [{ user: other, powerLevel: 0 }, self] }
  }
}

/** What the account's owner has noted is theirs alone; under what name everybody knows them, another account may be told. */
function namesOf({ name, contactName, isNameless }: PeerRecord): Pick<RemoteUser, 'name' | 'stopgapName'> {
  return contactName !== undefined && isNameless === true ? { stopgapName: name } : { name }
}
