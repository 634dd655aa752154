import { BridgeError, type NetworkCommand, type NetworkCommandRequest } from '@pons/core'
import { isOpenToAll } from '../chat-info/channel-door.ts'
import { isChannelName } from '../ids.ts'
import { channelFrom, connectionFor, sessionOf, type ChosenConnection } from './chosen-connection.ts'
import type { CommandContext } from './command-context.ts'

export function part(context: CommandContext): NetworkCommand {
  return {
    name: 'part',
    aliases: ['leave'],
    usage: 'part [NETWORK] [#channel]',
    description: 'Take your own connection out of a channel.',
    run(request) {
      const { client, rest } = connectionFor(context, request, true)
      const channel = channelFrom(request, rest)
      client.joins.forget(channel)
      client.connection.ready?.write('PART', [channel, ''], channel)
      return Promise.resolve(`Left ${channel}.`)
    },
  }
}

export function names(context: CommandContext): NetworkCommand {
  return {
    name: 'names',
    usage: 'names [NETWORK] [#channel]',
    description: 'List who is in a channel.',
    async run(request) {
      const chosen = connectionFor(context, request, false)
      const { client, rest } = chosen
      const name = channelFrom(request, rest)
      await requireSight(context, request, chosen, name)
      const channel = sessionOf(client).channel(name)
      if (!channel) throw new BridgeError(`The bridge is not in ${name}.`)
      const { prefixes } = sessionOf(client).features
      const people = [...channel.people.values()].map(({ nick: who, ranks }) => {
        const highest = prefixes.find(({ mode }) => ranks.has(mode))
        return (highest?.symbol ?? '') + who
      })
      return `${people.length} in ${channel.name}: ${people.toSorted().join(' ')}`
    },
  }
}

export function topic(context: CommandContext): NetworkCommand {
  return {
    name: 'topic',
    usage: 'topic [NETWORK] [#channel] [TOPIC]',
    description: 'Show or set the topic of a channel.',
    async run(request) {
      const chosen = connectionFor(context, request, false)
      const { client, rest } = chosen
      const isNamed = isChannelName(rest[0] ?? '')
      const name = channelFrom(request, rest)
      const words = (isNamed ? rest.slice(1) : rest).join(' ')
      await requireSight(context, request, chosen, name)
      // Who may set it through the relay is what the room's levels say.
      if (words !== '' && client.isRelay && !request.isAdmin) {
        throw new BridgeError('Set the topic in the room’s settings, or say `login` to do it under your own nick.')
      }
      if (words === '') return sessionOf(client).channel(name)?.topic || `${name} has no topic.`
      const outcome = await sessionOf(client).deliver('TOPIC', name, words)
      if (outcome.kind === 'refused') throw new BridgeError(`The network refused: ${outcome.text}`)
      if (outcome.kind === 'lost') throw new BridgeError('The connection was lost; try again.')
      return 'Set.'
    },
  }
}

/** May that person see into the channel through this connection? Their own may; the relay for who could be there without it. */
async function requireSight(
  { host }: CommandContext,
  { userId, chat, isAdmin }: NetworkCommandRequest,
  { network, client }: ChosenConnection,
  name: string,
): Promise<void> {
  const asked = network.channelChat(name)
  if (!client.isRelay || isAdmin || chat?.chat === asked.chat) return
  const session = client.connection.ready
  const channel = session?.channel(name)
  const isSecret = channel?.modes.has('s') === true || channel?.modes.has('p') === true
  if (session && channel && !isSecret && isOpenToAll(channel, session.features)) return
  if ((await host().matrixMembers(asked)).includes(userId)) return
  throw new BridgeError(`You are not in ${name}.`, { reason: 'm.no_permission' })
}
