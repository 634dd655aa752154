import type { NetworkConnector } from '../network/connector.ts'
import type { CommandRequest, Described } from './command.ts'

export function helpText(
  { isAdmin, lead }: CommandRequest,
  { connector }: { readonly connector: NetworkConnector },
  commands: readonly Described[],
): string {
  const own = commands.map(({ name }) => name)
  const fromNetwork = (connector.handlers.commands ?? []).filter(({ name }) => !own.includes(name))
  const shown: Described[] = [...commands, ...fromNetwork].filter((command) => isAdmin || command.adminOnly !== true)
  const { displayName, commandPrefix } = connector.info
  const where =
    lead === ''
      ? `In other rooms than this one, begin commands with \`${commandPrefix}\`.`
      : 'In a chat with me alone, commands go without their first word.'
  return [
    `This is the ${displayName} bridge. ${where}`,
    '',
    ...shown.map(({ usage, description }) => `* \`${usage}\` – ${description}`),
  ].join('\n')
}
