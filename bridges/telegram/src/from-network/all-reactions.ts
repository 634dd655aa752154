import { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import { refusalOf } from '../protocol/refusal-of.ts'
import type { Reader } from '../reader.ts'

const pageSize = 100
const maxPages = 10

/** Everybody's reactions to a message; undefined where they are too many to ask for, or not shown. */
export async function allReactions(
  account: Reader,
  peer: PeerKey,
  id: number,
): Promise<readonly Api.TypeMessagePeerReaction[] | undefined> {
  const input = await account.peers.input(peer)
  const found: Api.TypeMessagePeerReaction[] = []
  let offset: string | undefined
  try {
    for (let page = 0; page < maxPages; page++) {
      const request = new Api.messages.GetMessageReactionsList({
        peer: input,
        id,
        limit: pageSize,
        ...(offset !== undefined && { offset }),
      })
      const answer = await account.call(request)
      found.push(...answer.reactions)
      offset = answer.nextOffset
      // Some may be shown to nobody: then it is not known who still has one.
      if (offset === undefined) return found.length >= answer.count ? found : undefined
    }
    return undefined
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
    return undefined
  }
}
