import type { Command, CommandRequest } from './command.ts'

interface Described {
  readonly name: string
  readonly usage: string
  readonly description: string
  readonly adminOnly?: boolean
}

export function helpText({ context, isAdmin, lead }: CommandRequest, commands: readonly Command[]): string {
  const own = commands.map(({ name }) => name)
  const fromNetwork = (context.connector.handlers.commands ?? []).filter(({ name }) => !own.includes(name))
  const shown: Described[] = [...commands, ...fromNetwork].filter((command) => isAdmin || command.adminOnly !== true)
  const { displayName, commandPrefix } = context.connector.info
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
