import { BridgeError, type NetworkCommand } from '@pons/core'
import type { Security } from '../address/parse-address.ts'
import { toNick } from '../protocol/nick-choice.ts'
import type { CommandContext } from './command-context.ts'

export function addNetwork({ networks: all }: CommandContext): NetworkCommand {
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

export function removeNetwork({ networks: all }: CommandContext): NetworkCommand {
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

export function listNetworks({ networks: all }: CommandContext): NetworkCommand {
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
