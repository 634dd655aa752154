import type { ChatSnapshot } from '@pons/core'
import type { Channel } from '../protocol/channels.ts'
import type { ServerFeatures } from '../protocol/features.ts'
import { isOpenToAll } from './channel-door.ts'
import { levelOfRank } from './level-of-rank.ts'

/** Mode letters that `settingsOf` reads. */
export const settingModes = 'mtpsikOrR'

/**
 * What channel modes mean for a room. Before they are known, nobody is let in by them, and who may speak stays as it is. Where
 * a relay may speak so may everybody for whom it does.
 */
export function settingsOf(
  channel: Pick<Channel, 'modes' | 'hasModes' | 'people'>,
  features: ServerFeatures,
  relayNick: string | undefined,
): Pick<ChatSnapshot, 'sendLevel' | 'topicLevel' | 'joinRule' | 'isListed'> {
  const { modes, hasModes, people } = channel
  const isPublic = isOpenToAll(channel, features)
  const relay = relayNick === undefined ? undefined : people.get(features.fold(relayNick))
  const isMute = modes.has('m') && (relay === undefined || relay.ranks.size === 0)
  return {
    ...((hasModes || modes.has('m')) && { sendLevel: isMute ? (levelOfRank['v'] ?? 1) : 0 }),
    ...((hasModes || modes.has('t')) && { topicLevel: modes.has('t') ? (levelOfRank['h'] ?? 25) : 0 }),
    joinRule: isPublic ? 'public' : 'invite',
    isListed: isPublic && !modes.has('s') && !modes.has('p'),
  }
}
