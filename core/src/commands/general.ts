import type { Health } from '../health.ts'
import type { Logins } from '../login/logins.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { Command } from './command.ts'

export const ping: Command<{ readonly health: Health; readonly logins: Logins }> = {
  name: 'ping',
  usage: 'ping',
  description: 'Show how the connections are.',
  run: async ({ userId, isAdmin }, { health, logins }) => {
    // Of connections that all share, others than administrators learn how they are, not what was said of them.
    const lines = health.connections().flatMap(({ login, name, state, message, detail }) => {
      const isOwn = login !== undefined && logins.ownerOf(login) === userId
      if (login !== undefined && !isOwn && !isAdmin) return []
      const known = [isOwn || isAdmin ? message : undefined, isAdmin ? detail : undefined]
      return [[`* ${name}: ${state}`, ...known.filter((words) => words !== undefined)].join(' – ')]
    })
    return lines.length === 0 ? 'Nothing is connected.' : lines.join('\n')
  },
}

export const version: Command<{ readonly version: string; readonly connector: NetworkConnector }> = {
  name: 'version',
  usage: 'version',
  description: 'Show which version of the bridge this is.',
  run: async (_, { version: current, connector }) => `Pons ${current}, ${connector.info.displayName}`,
}
