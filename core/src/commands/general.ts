import type { Command } from './command.ts'

export const ping: Command = {
  name: 'ping',
  usage: 'ping',
  description: 'Show how the connections are.',
  run: async ({ context }) => {
    const reports = context.health.connections()
    if (reports.length === 0) return 'Nothing is connected.'
    return reports.map(({ name, state, message }) => `* ${name}: ${state}${message ? ` – ${message}` : ''}`).join('\n')
  },
}

export const version: Command = {
  name: 'version',
  usage: 'version',
  description: 'Show which version of the bridge this is.',
  run: async ({ context }) => `Pons ${context.version}, ${context.connector.info.displayName}`,
}
