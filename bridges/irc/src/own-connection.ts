import type { LoginId, NetworkClient } from '@pons/core'
import type { UserId } from '@pons/matrix'
import type { Failures } from './failures.ts'
import type { Joins } from './joins/joins.ts'
import type { LineListeners } from './line-listeners.ts'
import type { PlayedHistory } from './own-lines.ts'
import type { IrcConnection } from './protocol/connection.ts'

export interface OwnLogin {
  readonly id: LoginId
  readonly owner: UserId
}

/** A connection of ours to a network, as the network, its other connections and people's commands see it. */
export interface OwnConnection extends NetworkClient {
  /** The login's id, or the relay's key. */
  readonly key: string
  /** undefined: the relay. */
  readonly login: OwnLogin | undefined
  readonly isRelay: boolean
  /** For people and logs. */
  readonly label: string
  readonly connection: IrcConnection
  readonly joins: Joins
  readonly listeners: LineListeners
  readonly failures: Failures
  /** It was tried for too long; nothing is dialled until somebody asks. */
  readonly isGivenUp: boolean
  /** What the server has shown of a channel's past; undefined where that says nothing. */
  played(channel: string): PlayedHistory | undefined
  /** This connection's view of a channel is bridged from now on. */
  takeOver(channel: string): void
  setPaused(isPaused: boolean): void
}

/** Is it in the channel, and knows who else is? */
export function isIn({ connection }: Pick<OwnConnection, 'connection'>, channel: string): boolean {
  return connection.ready?.channel(channel)?.hasNames === true
}
