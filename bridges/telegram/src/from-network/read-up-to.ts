import type { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'
import { oldestOf } from './oldest-of.ts'
import { readHistory } from './read-history.ts'

const pageSize = 100

/**
 * The same by as many requests as it takes: a server names up to as many as it was asked for, and only an empty answer is the
 * beginning of the chat.
 */
export async function readUpTo(
  account: Reader,
  { peer, limit, before = 0 }: { readonly peer: PeerKey; readonly limit: number; readonly before?: number },
): Promise<readonly Api.TypeMessage[]> {
  const found: Api.TypeMessage[] = []
  for (let at = before; found.length < limit;) {
    const page = await readHistory(account, { peer, limit: Math.min(pageSize, limit - found.length), before: at })
    const oldest = oldestOf(page, at)
    if (oldest === undefined) return found
    found.push(...page.slice(0, limit - found.length))
    at = oldest
  }
  return found
}
