import { remoteMessageId, type ChatKey, type RemoteEvent } from '@pons/core'
import { chatKeyOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { PeerKey } from '../protocol/peer-key.ts'

/** A group's room goes on as its supergroup's. */
export async function supergroupMove(
  people: People,
  { supergroup, former, timestampMs }: { supergroup: PeerKey; former: ChatKey; timestampMs: number },
): Promise<RemoteEvent> {
  const { login } = people
  return {
    kind: 'snapshot',
    chat: chatKeyOf(supergroup, login),
    chatAliases: [former],
    id: remoteMessageId(`migrated:${former.chat}`),
    timestampMs,
    login,
    snapshot: await people.snapshot(supergroup),
  }
}
