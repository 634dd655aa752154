import type { ChatMember, ChatSnapshot } from '@pons/core'
import { stripFormatting } from '../convert/formatting.ts'
import type { Channel, ChannelPerson } from '../protocol/channels.ts'
import { legible } from '../protocol/decode-line.ts'
import type { ServerFeatures } from '../protocol/features.ts'
import { settingsOf } from './channel-settings.ts'
import { powerLevelOf } from './power-level-of.ts'
import { remoteUser } from './remote-user.ts'

export interface SnapshotContext {
  readonly network: string
  readonly features: ServerFeatures
  /** Connections of the bridge are not members: their people are in the room themselves. */
  readonly isOurs: (nick: string) => boolean
  readonly relayNick: string | undefined
}

/** What the room of a channel is made from. */
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

function membersOf(people: Iterable<ChannelPerson>, { network, features, isOurs }: SnapshotContext): ChatMember[] {
  const members: ChatMember[] = []
  for (const { nick, ranks } of people) {
    if (!isOurs(nick))
      members.push({ user: remoteUser(network, nick, features), powerLevel: powerLevelOf(ranks, features) })
  }
  return members
}
