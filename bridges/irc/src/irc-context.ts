import type { ChatSnapshot } from '@pons/core'
import type { NewsWaiters } from './news-waiters.ts'
import { channelSnapshot } from './chat-info/channel-snapshot.ts'
import type { Joins } from './joins/joins.ts'
import type { IrcNetwork } from './network.ts'
import type { OwnConnection, OwnLogin } from './own-connection.ts'
import type { Channel } from './protocol/channels.ts'
import type { IrcConnection } from './protocol/connection.ts'
import type { Session } from './protocol/session.ts'

/** One connection of ours to a network, as its own parts see it. */
export interface IrcContext {
  readonly network: IrcNetwork
  /** As the network sees it: it is this that observes a channel. */
  readonly self: OwnConnection
  readonly key: string
  /** undefined: the relay. */
  readonly login: OwnLogin | undefined
  /** For people and logs. */
  readonly label: string
  /** Distinguishes this process' connections in ids of unnumbered lines. */
  readonly connectionNumber: number
  readonly connection: IrcConnection
  readonly joins: Joins
  readonly news: NewsWaiters
}

export function snapshotOf({ network }: IrcContext, channel: Channel, { features }: Session): ChatSnapshot {
  const { nicks, name, relayNick } = network
  return channelSnapshot(channel, { network: name, features, isOurs: (nick) => nicks.isOurs(nick), relayNick })
}
