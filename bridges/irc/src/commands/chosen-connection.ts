import { BridgeError, type NetworkCommandRequest } from '@pons/core'
import { checkTarget } from '../address/check-target.ts'
import { isChannelName, loginIdOf, targetOf } from '../ids.ts'
import type { IrcNetwork } from '../network.ts'
import type { OwnConnection } from '../own-connection.ts'
import type { Session } from '../protocol/session.ts'
import type { CommandContext } from './command-context.ts'

export interface ChosenConnection {
  readonly network: IrcNetwork
  readonly client: OwnConnection
  /** The words behind those that chose it. */
  readonly rest: readonly string[]
}

/** The connection a command is about: of the network that was named, or of the room it was given in. */
export function connectionFor(
  { networks: all, relayOf }: CommandContext,
  { args, chat, userId, isAdmin }: NetworkCommandRequest,
  isOwn: boolean,
): ChosenConnection {
  const visible = all().visibleTo({ userId, isAdmin })
  const named = visible.find(({ name }) => name === (args[0] ?? '').toLowerCase())
  const ofRoom = chat && all().get(targetOf(chat.chat).network)
  const [only, second] = visible
  const network = named ?? ofRoom ?? (second ? undefined : only)
  if (!network) throw new BridgeError('On which network? Name it first; `networks` lists them.')
  const own = network.client(loginIdOf(network.name, userId))
  const client = own ?? (isOwn ? undefined : relayOf(network))
  if (!client) throw new BridgeError(`You have no connection of your own to ${network.displayName}. Say \`login\`.`)
  return { network, client, rest: named ? args.slice(1) : args }
}

/** The channel that a command names, or the one of the room that it was given in. */
export function channelFrom({ chat }: NetworkCommandRequest, rest: readonly string[]): string {
  const [first = ''] = rest
  if (isChannelName(first)) {
    checkTarget(first)
    return first
  }
  const name = chat === undefined ? '' : targetOf(chat.chat).name
  if (!isChannelName(name)) throw new BridgeError('Which channel?')
  return name
}

export function sessionOf(client: OwnConnection): Session {
  const session = client.connection.ready
  if (!session) throw new BridgeError(`${client.label} is not connected now.`)
  return session
}
