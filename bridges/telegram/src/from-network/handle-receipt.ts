import { Api } from 'telegram'
import { chatKeyOf, messageIdOf, selfPeer, userIdOfPeer } from '../ids.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'
import type { EphemeralParts } from './ephemeral-parts.ts'

/** Somebody has read: worth showing now or never. Any other update is passed over. */
export function handleReceipt(parts: EphemeralParts, update: Api.TypeUpdate): void {
  if (update instanceof Api.UpdateReadHistoryOutbox) return readByOther(parts, peerKeyOf(update.peer), update.maxId)
  if (update instanceof Api.UpdateReadHistoryInbox) return readBySelf(parts, peerKeyOf(update.peer), update.maxId)
  if (update instanceof Api.UpdateReadChannelInbox) {
    return readBySelf(parts, `c${update.channelId.toString()}`, update.maxId)
  }
}

/** In a group nobody says who it was that read first. */
function readByOther({ host, login }: EphemeralParts, peer: PeerKey, maxId: number): void {
  if (!peer.startsWith('u')) return
  const chat = chatKeyOf(peer, login)
  host.ingestEphemeral({
    kind: 'receipt',
    chat,
    user: userIdOfPeer(peer),
    login,
    upTo: messageIdOf(peer, maxId, login),
  })
}

function readBySelf({ host, login }: EphemeralParts, peer: PeerKey, maxId: number): void {
  const chat = chatKeyOf(peer, login)
  const upTo = messageIdOf(peer, maxId, login)
  host.ingestEphemeral({ kind: 'receipt', chat, user: userIdOfPeer(selfPeer(login)), login, upTo })
}
