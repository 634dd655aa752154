import { remoteMessageId, type RemoteEvent } from '@pons/core'
import { Api } from 'telegram'
import { chatKeyOf, messageIdOf } from '../ids.ts'
import type { People } from '../people.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'
import { allReactions } from './all-reactions.ts'

export interface MessageReactionsParts {
  readonly people: People
  /** Where the rest is asked for. */
  readonly account: Reader
  readonly nowMs: number
}

/**
 * Counted by no box: what is missed is not told again, but the next change tells the whole. An update names the latest few
 * that reacted; the rest is asked for, and where it is not shown, the counts still say what nobody reacts with any more.
 */
export async function reactionEvents(
  { people, account, nowMs }: MessageReactionsParts,
  update: Api.UpdateMessageReactions,
): Promise<RemoteEvent[]> {
  const { login } = people
  const peer = peerKeyOf(update.peer)
  const target = messageIdOf(peer, update.msgId, login)
  const { recentReactions = [], results, canSeeList } = update.reactions
  const total = results.reduce((sum, { count }) => sum + count, 0)
  const isAll = recentReactions.length >= total
  const all = isAll
    ? recentReactions
    : canSeeList === true
      ? await allReactions(account, peer, update.msgId)
      : undefined
  const reactions = await Promise.all(
    [...byPeer(all ?? recentReactions)].map(async ([who, keys]) => ({
      sender: await people.user(who),
      keys,
    })),
  )
  return [
    {
      kind: 'reaction-sync',
      chat: chatKeyOf(peer, login),
      id: remoteMessageId(`reactions:${target}:${nowMs}:${reactionCounter++}`),
      timestampMs: nowMs,
      login,
      target,
      reactions,
      isComplete: all !== undefined,
      ...(all === undefined && { keysLeft: results.flatMap(({ reaction }) => keyOf(reaction) ?? []) }),
    },
  ]
}

let reactionCounter = 0

/** Whoever reacts with nothing that has a form here is named all the same: with nothing. */
function byPeer(reactions: readonly Api.TypeMessagePeerReaction[]): ReadonlyMap<PeerKey, readonly string[]> {
  const found = new Map<PeerKey, string[]>()
  for (const { peerId, reaction } of reactions) {
    const peer = peerKeyOf(peerId)
    const key = keyOf(reaction)
    found.set(peer, [...(found.get(peer) ?? []), ...(key === undefined ? [] : [key])])
  }
  return found
}

function keyOf(reaction: Api.TypeReaction): string | undefined {
  return reaction instanceof Api.ReactionEmoji ? reaction.emoticon : undefined
}
