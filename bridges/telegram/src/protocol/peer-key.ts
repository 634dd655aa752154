import { Api } from 'telegram'
import bigInt from 'big-integer'

/** Which peer: `u123` a user, `g123` a basic group, `c123` a supergroup or channel. */
export type PeerKey = `${'u' | 'g' | 'c'}${string}`

export function peerKeyOf(peer: Api.TypePeer): PeerKey {
  if (peer instanceof Api.PeerUser) return `u${peer.userId.toString()}`
  if (peer instanceof Api.PeerChat) return `g${peer.chatId.toString()}`
  return `c${peer.channelId.toString()}`
}

/** As requests name it. The hash is what the server gave this account for the peer; basic groups need none. */
export function inputPeerOf(peer: PeerKey, accessHash: string): Api.TypeInputPeer {
  const id = bigInt(peer.slice(1))
  if (peer.startsWith('u')) return new Api.InputPeerUser({ userId: id, accessHash: bigInt(accessHash) })
  if (peer.startsWith('g')) return new Api.InputPeerChat({ chatId: id })
  return new Api.InputPeerChannel({ channelId: id, accessHash: bigInt(accessHash) })
}
