import { BridgeError, type BridgeHost, type NetworkCommand, type NetworkCommandRequest } from '@pons/core'
import type { Security } from './address.ts'
import { checkTarget } from './address.ts'
import { isOpenToAll } from './chat-info.ts'
import { isChannelName, loginIdOf, targetOf } from './ids.ts'
import type { IrcNetwork } from './network.ts'
import type { Networks } from './networks.ts'
import type { OwnConnection } from './own-connection.ts'
import { legible } from './protocol/decode-line.ts'
import type { IrcLine } from './protocol/line.ts'
import { toNick } from './protocol/nick-choice.ts'
import type { Session } from './protocol/session.ts'

export interface CommandContext {
  readonly networks: () => Networks
  readonly host: () => BridgeHost
  readonly relayOf: (network: IrcNetwork) => OwnConnection | undefined
  /** The relay, dialled although it was given up. */
  readonly redial: (network: IrcNetwork) => OwnConnection | undefined
  /** The nick a person chose with `nick`, kept for the next start. */
  readonly keepNick: (client: OwnConnection, nick: string) => Promise<void>
}

/** What people can say to the bot about IRC. `join`, `login` and the rest that all networks share are the framework's. */
export function createCommands(context: CommandContext): readonly NetworkCommand[] {
  const commands = [
    addNetwork(context),
    removeNetwork(context),
    networks(context),
    part(context),
    nick(context),
    whois(context),
    names(context),
    topic(context),
    reconnect(context),
    raw(context),
  ]
  return commands.map((command) => ({
    ...command,
    run: async (request: NetworkCommandRequest) => legible(await command.run(request)),
  }))
}

function addNetwork({ networks: all }: CommandContext): NetworkCommand {
  return {
    name: 'add-network',
    usage: 'add-network NAME ADDRESS[:PORT] [plain|tls|tls-insecure] [nick=NICK]',
    description: 'Make an IRC network known to the bridge.',
    async run({ args, userId, isAdmin }) {
      const nick = args.find((word) => word.startsWith('nick='))?.slice('nick='.length)
      const [name = '', address = '', security] = args.filter((word) => !word.startsWith('nick='))
      all().requireMayAdd({ userId, isAdmin })
      if (address === '')
        throw new BridgeError('Say `add-network NAME ADDRESS[:PORT] [plain|tls|tls-insecure] [nick=NICK]`.')
      if (security !== undefined && !['plain', 'tls', 'tls-insecure'].includes(security)) {
        throw new BridgeError(`“${security}” is none of plain, tls, tls-insecure.`)
      }
      if (nick !== undefined && (nick === '' || toNick(nick) !== nick))
        throw new BridgeError(`“${nick}” cannot be a nick on IRC.`)
      const wanted = { name: name.toLowerCase(), address, security: security as Security | undefined, nick }
      const network = await all().add(wanted, { userId, isAdmin })
      const { address: host, port, tls } = network.settings
      return `Added ${network.name} (${host}:${port ?? ''}, ${tls}). Now say \`join ${network.name} #channel\`.`
    },
  }
}

function removeNetwork({ networks: all }: CommandContext): NetworkCommand {
  return {
    name: 'remove-network',
    usage: 'remove-network NAME',
    description: 'Forget a network that you added.',
    async run({ args, userId, isAdmin }) {
      const name = (args[0] ?? '').toLowerCase()
      const isTheirs = isAdmin || all().get(name)?.owner === userId
      if (!isTheirs)
        throw new BridgeError('Only an administrator of the bridge may do that.', { reason: 'm.no_permission' })
      await all().remove(name)
      return `Removed ${name}.`
    },
  }
}

function networks({ networks: all }: CommandContext): NetworkCommand {
  return {
    name: 'networks',
    usage: 'networks',
    description: 'List the IRC networks and your connections to them.',
    run({ userId, isAdmin }) {
      const lines = all()
        .visibleTo({ userId, isAdmin })
        .map((network) => {
          const { address, port, tls } = network.settings
          const isShown = isAdmin || network.owner === userId
          const clients = network
            .clients()
            .filter(({ isRelay, login }) => isAdmin || isRelay || login?.owner === userId)
          const states = clients.map((client) => {
            const who = client.isRelay ? 'relay' : client.login?.owner
            return `${who} ${client.connection.ready ? `as ${client.connection.ready.nick}` : 'not connected'}`
          })
          const where = isShown ? `: ${address}${port === undefined ? '' : `:${port}`} (${tls})` : ''
          return `${network.name}${where}${states.length > 0 ? ` – ${states.join(', ')}` : ''}`
        })
      return Promise.resolve(
        lines.length > 0
          ? lines.join('\n')
          : 'None yet. Say `add-network NAME ADDRESS[:PORT] [plain|tls|tls-insecure] [nick=NICK]`.',
      )
    },
  }
}

function part(context: CommandContext): NetworkCommand {
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

function nick(context: CommandContext): NetworkCommand {
  return {
    name: 'nick',
    usage: 'nick [NETWORK] NICK',
    description: 'Change your nick.',
    async run(request) {
      const { client, rest } = connectionFor(context, request, true)
      const wanted = rest[0] ?? ''
      if (wanted === '' || toNick(wanted) !== wanted) throw new BridgeError(`“${wanted}” cannot be a nick on IRC.`)
      const session = sessionOf(client)
      session.writeNow('NICK', [wanted])
      await session.barrier()
      if (!session.isSelf(wanted))
        throw new BridgeError(`The network did not let you be ${wanted}; you are ${session.nick}.`)
      await context.keepNick(client, wanted)
      return `You are ${session.nick} now.`
    },
  }
}

function whois(context: CommandContext): NetworkCommand {
  return {
    name: 'whois',
    usage: 'whois [NETWORK] NICK',
    description: 'Show what the network knows of somebody.',
    async run(request) {
      const { client, rest } = connectionFor(context, request, false)
      const wanted = rest[0] ?? ''
      checkTarget(wanted)
      // The relay is shown its own channels, and more of people where it is an operator; that is not for everybody.
      const isHidden = (code: string): boolean => client.isRelay && !request.isAdmin && relayOnly.has(code)
      const isTold = (code: string): boolean => /^(?:3[0-9]{2}|671|401|402)$/.test(code) && !isHidden(code)
      const lines = await ask(client, 'WHOIS', [wanted], ({ command }) => isTold(command))
      const words = lines.filter(({ command }) => command !== '318').map((line) => line.params.slice(1).join(' '))
      return words.length > 0 ? words.join('\n') : `Nothing is known of ${wanted}.`
    },
  }
}

function names(context: CommandContext): NetworkCommand {
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

function topic(context: CommandContext): NetworkCommand {
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

function reconnect(context: CommandContext): NetworkCommand {
  return {
    name: 'reconnect',
    usage: 'reconnect [NETWORK]',
    description: 'Drop your connection and connect anew.',
    run(request) {
      const { network, client } = connectionFor(context, request, !mayRedial(context, request))
      if (client.isRelay) context.redial(network)
      client.connection.reconnect('asked to connect anew')
      return Promise.resolve('Connecting anew.')
    },
  }
}

function raw(context: CommandContext): NetworkCommand {
  return {
    name: 'raw',
    aliases: ['cmd'],
    usage: 'raw [NETWORK] LINE',
    description: 'Send a line to the server as it is.',
    adminOnly: true,
    async run(request) {
      const { client, rest } = connectionFor(context, request, false)
      const session = sessionOf(client)
      const heard: IrcLine[] = []
      const stop = client.listeners.add((line) => heard.push(line))
      try {
        session.writeRaw(rest.join(' '))
        await session.barrier()
      } finally {
        stop()
      }
      return (
        heard
          .slice(0, 40)
          .map((line) => `${line.command} ${line.params.slice(1).join(' ')}`)
          .join('\n') || 'Sent.'
      )
    },
  }
}

interface ChosenConnection {
  readonly network: IrcNetwork
  readonly client: OwnConnection
  /** The words behind those that chose it. */
  readonly rest: readonly string[]
}

/** Asks the server and collects its answers. */
async function ask(
  client: OwnConnection,
  command: string,
  params: readonly string[],
  isAnswer: (line: IrcLine) => boolean,
): Promise<IrcLine[]> {
  const session = sessionOf(client)
  const answers: IrcLine[] = []
  const stop = client.listeners.add((line) => {
    if (isAnswer(line)) answers.push(line)
  })
  try {
    session.write(command, params)
    await session.barrier()
  } finally {
    stop()
  }
  return answers
}

/** What WHOIS answers to a relay alone: the channels it shares, and addresses that operators see. */
const relayOnly = new Set(['319', '338', '378', '379'])

/** The relay of a network is its owner's and the administrators' to dial. */
function mayRedial({ networks: all }: CommandContext, { args, userId, isAdmin }: NetworkCommandRequest): boolean {
  const owner = all().get((args[0] ?? '').toLowerCase())?.owner
  return isAdmin || (owner !== undefined && owner === userId)
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

/** The connection a command is about: of the network that was named, or of the room it was given in. */
function connectionFor(
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

function channelFrom({ chat }: NetworkCommandRequest, rest: readonly string[]): string {
  const [first = ''] = rest
  if (isChannelName(first)) {
    checkTarget(first)
    return first
  }
  const name = chat === undefined ? '' : targetOf(chat.chat).name
  if (!isChannelName(name)) throw new BridgeError('Which channel?')
  return name
}

function sessionOf(client: OwnConnection): Session {
  const session = client.connection.ready
  if (!session) throw new BridgeError(`${client.label} is not connected now.`)
  return session
}
