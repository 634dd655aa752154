import type { ChatMember, ChatSnapshot, RemoteUser } from '@pons/core'
import { stripFormatting } from './convert/formatting.ts'
import { userIdOf } from './ids.ts'
import type { Channel, ChannelPerson } from './protocol/channels.ts'
import type { ServerFeatures } from './protocol/features.ts'

/** Matrix power level of each rank an IRC server may give: founder, admin, operator, half operator, voice. */
const levelOfRank: Readonly<Record<string, number>> = { q: 95, a: 75, o: 50, h: 25, v: 1 }
/** A rank some server invented, between voice and half operator. */
const unknownRankLevel = 10

export function powerLevelOf(ranks: ReadonlySet<string>): number {
  return Math.max(0, ...[...ranks].map((rank) => levelOfRank[rank] ?? unknownRankLevel))
}

/** The rank that comes nearest to a level from below; undefined for an ordinary person. */
export function rankOf(level: number, features: ServerFeatures): string | undefined {
  const known = features.prefixes.map(({ mode }) => ({ mode, level: levelOfRank[mode] ?? unknownRankLevel }))
  return known.filter((rank) => rank.level <= level).toSorted((a, b) => b.level - a.level)[0]?.mode
}

export function remoteUser(network: string, nick: string, features: Pick<ServerFeatures, 'fold'>): RemoteUser {
  return { id: userIdOf({ network, name: features.fold(nick) }), name: nick }
}

/** What channel modes mean for a room. */
export function settingsOf(
  modes: ReadonlyMap<string, string>,
): Required<Pick<ChatSnapshot, 'sendLevel' | 'topicLevel' | 'joinRule' | 'isListed'>> {
  return {
    sendLevel: modes.has('m') ? (levelOfRank['v'] ?? 1) : 0,
    topicLevel: modes.has('t') ? (levelOfRank['h'] ?? 25) : 0,
    joinRule: modes.has('i') || modes.has('k') ? 'invite' : 'public',
    isListed: !modes.has('s') && !modes.has('p') && !modes.has('i') && !modes.has('k'),
  }
}

export interface SnapshotContext {
  readonly network: string
  readonly features: ServerFeatures
  /** Connections of the bridge are not members: their people are in the room themselves. */
  readonly isOurs: (nick: string) => boolean
}

export function channelSnapshot(channel: Channel, context: SnapshotContext): ChatSnapshot {
  return {
    kind: 'channel',
    name: channel.name,
    ...(channel.topic !== undefined && { topic: stripFormatting(channel.topic) }),
    members: membersOf(channel.people.values(), context),
    membersComplete: channel.hasNames,
    ...settingsOf(channel.modes),
  }
}

export function privateSnapshot(user: RemoteUser, nick: string): ChatSnapshot {
  return {
    kind: 'direct',
    name: nick,
    members: [{ user }],
    membersComplete: false,
    joinRule: 'invite',
    isListed: false,
  }
}

function membersOf(people: Iterable<ChannelPerson>, { network, features, isOurs }: SnapshotContext): ChatMember[] {
  const members: ChatMember[] = []
  for (const { nick, ranks } of people) {
    if (!isOurs(nick)) members.push({ user: remoteUser(network, nick, features), powerLevel: powerLevelOf(ranks) })
  }
  return members
}
