import { BridgeError, type NetworkCommand, type NetworkCommandRequest } from '@pons/core'
import { checkTarget } from '../address/check-target.ts'
import type { OwnConnection } from '../own-connection.ts'
import type { IrcLine } from '../protocol/line.ts'
import { toNick } from '../protocol/nick-choice.ts'
import { connectionFor, sessionOf } from './chosen-connection.ts'
import type { CommandContext } from './command-context.ts'

/** What WHOIS answers to a relay alone: the channels it shares, and addresses that operators see. */
const relayOnly = new Set(['319', '338', '378', '379'])

export function nick(context: CommandContext): NetworkCommand {
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

export function whois(context: CommandContext): NetworkCommand {
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

export function reconnect(context: CommandContext): NetworkCommand {
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

export function raw(context: CommandContext): NetworkCommand {
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

/** The relay of a network is its owner's and the administrators' to dial. */
function mayRedial({ networks: all }: CommandContext, { args, userId, isAdmin }: NetworkCommandRequest): boolean {
  const owner = all().get((args[0] ?? '').toLowerCase())?.owner
  return isAdmin || (owner !== undefined && owner === userId)
}
