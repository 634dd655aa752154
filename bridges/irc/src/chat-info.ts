import type { ChatMember, ChatSnapshot, RemoteUser } from '@pons/core'
import { stripFormatting } from './convert/formatting.ts'
import { userIdOf } from './ids.ts'
import type { Channel, ChannelPerson } from './protocol/channels.ts'
import { legible } from './protocol/decode-line.ts'
import type { ServerFeatures } from './protocol/features.ts'

/** Matrix power level of each rank an IRC server may give: founder, admin, operator, half operator, voice. */
const levelOfRank: Readonly<Record<string, number>> = { q: 95, a: 75, o: 50, h: 25, v: 1 }
/** Of a rank that some server has invented, where that is between those that it stands between. */
const unknownRankLevel = 10

type Ranks = Pick<ServerFeatures, 'prefixes'>

export function powerLevelOf(ranks: ReadonlySet<string>, { prefixes }: Ranks): number {
  return Math.max(0, ...[...ranks].map((rank) => levelOfRank[rank] ?? levelBetween(rank, prefixes)))
}

function levelBetween(rank: string, prefixes: Ranks['prefixes']): number {
  const at = prefixes.findIndex(({ mode }) => mode === rank)
  const levels = (some: Ranks['prefixes']): number[] => some.flatMap(({ mode }) => levelOfRank[mode] ?? [])
  const lowest = Math.max(0, ...levels(prefixes.slice(at + 1))) + 1
  const highest = Math.min(100, ...levels(prefixes.slice(0, Math.max(0, at)))) - 1
  return Math.max(lowest, Math.min(unknownRankLevel, highest))
}

/** The rank that comes nearest to a level from below; undefined for an ordinary person. Who gives invented ones is unknown. */
export function rankOf(level: number, features: ServerFeatures): string | undefined {
  const known = features.prefixes.flatMap(({ mode }) => {
    const levelOf = levelOfRank[mode]
    return levelOf === undefined ? [] : [{ mode, level: levelOf }]
  })
  return known.filter((rank) => rank.level <= level).toSorted((a, b) => b.level - a.level)[0]?.mode
}

export function remoteUser(network: string, nick: string, features: Pick<ServerFeatures, 'fold'>): RemoteUser {
  return { id: userIdOf({ network, name: features.fold(nick) }), name: legible(nick) }
}

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

/** May anybody on the network join? */
export function isOpenToAll(channel: Pick<Channel, 'modes' | 'hasModes'>, features: ServerFeatures): boolean {
  return channel.hasModes && !channel.modes.has('k') && !isClosedToKeys(channel, features)
}

/** Is the channel's key all that is asked of who joins, and is this the key? A key that the server masks is nobody's. */
export function isKeyOf(channel: Channel, key: string | undefined, features: ServerFeatures): boolean {
  const asked = channel.modes.get('k')
  const isKnown = asked !== undefined && !/^(?:\*?|<key>)$/.test(asked)
  return isKnown && asked === key && channel.hasModes && !isClosedToKeys(channel, features)
}

/** For invited people (i), network operators (O), or people with an account. */
function isClosedToKeys({ modes }: Pick<Channel, 'modes'>, features: ServerFeatures): boolean {
  // Where people can be quieted (a list mode q), an account is asked for by r, and R is about speaking; elsewhere r says
  // that the channel is registered.
  const accountMode = features.channelModes[0].includes('q') ? 'r' : 'R'
  return modes.has('i') || modes.has('O') || modes.has(accountMode)
}

export interface SnapshotContext {
  readonly network: string
  readonly features: ServerFeatures
  /** Connections of the bridge are not members: their people are in the room themselves. */
  readonly isOurs: (nick: string) => boolean
  readonly relayNick: string | undefined
}

export function channelSnapshot(channel: Channel, context: SnapshotContext): ChatSnapshot {
  return {
    kind: 'channel',
    name: legible(channel.name),
    // A server tells the topic before the names, and nothing where there is none.
    ...((channel.topic !== undefined || channel.hasNames) && { topic: stripFormatting(channel.topic ?? '') }),
    members: membersOf(channel.people.values(), context),
    membersComplete: channel.hasAllNames,
    ...settingsOf(channel, context.features, context.relayNick),
  }
}

export function privateSnapshot(user: RemoteUser, nick: string): ChatSnapshot {
  return {
    kind: 'direct',
    name: legible(nick),
    members: [{ user }],
    membersComplete: false,
    joinRule: 'invite',
    isListed: false,
  }
}

function membersOf(people: Iterable<ChannelPerson>, { network, features, isOurs }: SnapshotContext): ChatMember[] {
  const members: ChatMember[] = []
  for (const { nick, ranks } of people) {
    if (!isOurs(nick))
      members.push({ user: remoteUser(network, nick, features), powerLevel: powerLevelOf(ranks, features) })
  }
  return members
}
