import type { Command } from './command.ts'

export const ping: Command = {
  name: 'ping',
  usage: 'ping',
  description: 'Show how the connections are.',
  run: async ({ context, userId, isAdmin }) => {
    // Of connections that all share, others than administrators learn how they are, not what was said of them.
    const lines = context.health.connections().flatMap(({ login, name, state, message, detail }) => {
      const isOwn = login !== undefined && context.logins.ownerOf(login) === userId
      if (login !== undefined && !isOwn && !isAdmin) return []
      const known = [isOwn || isAdmin ? message : undefined, isAdmin ? detail : undefined]
      return [[`* ${name}: ${state}`, ...known.filter((words) => words !== undefined)].join(' – ')]
    })
    return lines.length === 0 ? 'Nothing is connected.' : lines.join('\n')
  },
}

export const version: Command = {
  name: 'version',
  usage: 'version',
  description: 'Show which version of the bridge this is.',
  run: async ({ context }) => `Pons ${context.version}, ${context.connector.info.displayName}`,
}
