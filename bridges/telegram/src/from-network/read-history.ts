import bigInt from 'big-integer'
import { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'

/** The newest messages of a chat, or those before one of them; newest first. */
export async function readHistory(
  account: Reader,
  { peer, limit, before = 0 }: { readonly peer: PeerKey; readonly limit: number; readonly before?: number },
): Promise<readonly Api.TypeMessage[]> {
  const request = new Api.messages.GetHistory({
    peer: await account.peers.input(peer),
    offsetId: before,
    offsetDate: 0,
    addOffset: 0,
    limit,
    maxId: 0,
    minId: 0,
    hash: bigInt.zero,
  })
  const answer = await account.call(request)
  return answer instanceof Api.messages.MessagesNotModified ? [] : answer.messages
}
