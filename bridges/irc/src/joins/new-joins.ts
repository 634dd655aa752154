import type { IrcNetwork } from '../network.ts'
import type { IrcConnection } from '../protocol/connection.ts'
import { Joins } from './joins.ts'

export interface NewJoinsParts {
  readonly network: IrcNetwork
  readonly connection: IrcConnection
  /** Is the channel's past being taken in? */
  readonly isArriving: (channel: string) => boolean
}

/** The channels that a connection of a network is to be in. */
export function newJoins({ network, connection, isArriving }: NewJoinsParts): Joins {
  const { parts, fold } = network
  const { clock, random, config } = parts
  return new Joins({
    clock,
    random,
    session: () => connection.ready,
    whereIn(name) {
      if (connection.ready?.channel(name) === undefined) return 'out'
      return isArriving(name) ? 'arriving' : 'in'
    },
    fold,
    rejoinMs: config.rejoin_ms,
    longestRetryMs: config.reconnect.refused_ms,
  })
}
