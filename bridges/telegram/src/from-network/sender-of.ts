import type { LoginId } from '@pons/core'
import type { Api } from 'telegram'
import { selfPeer } from '../ids.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'

/** Who wrote it: in a private chat only the direction says so, and in a channel the channel speaks. */
export function senderOf(
  login: LoginId,
  { fromId, out, peerId, post }: Pick<Api.Message | Api.MessageService, 'fromId' | 'out' | 'peerId' | 'post'>,
): PeerKey {
  if (fromId !== undefined) return peerKeyOf(fromId)
  if (out === true && post !== true) return selfPeer(login)
  return peerKeyOf(peerId)
}
