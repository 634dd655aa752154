import type { RemoteEvent } from '@pons/core'
import { chatKeyOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import { supergroupMove } from './supergroup-move.ts'

/** The same where the network was asked. */
export async function foundMove(
  people: People,
  { from, to }: { readonly from: PeerKey; readonly to: PeerKey },
  nowMs: number,
): Promise<RemoteEvent> {
  return await supergroupMove(people, {
    supergroup: to,
    former: chatKeyOf(from, people.login),
    timestampMs: nowMs,
  })
}
