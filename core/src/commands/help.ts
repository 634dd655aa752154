import type { BridgeContext } from '../bridge-context.ts'
import type { Command } from './command.ts'

interface Described {
  readonly name: string
  readonly usage: string
  readonly description: string
  readonly adminOnly?: boolean
}

export function helpText(context: BridgeContext, commands: readonly Command[], isAdmin: boolean): string {
  const own = commands.map(({ name }) => name)
  const fromNetwork = (context.connector.handlers.commands ?? []).filter(({ name }) => !own.includes(name))
  const shown: Described[] = [...commands, ...fromNetwork].filter((command) => isAdmin || command.adminOnly !== true)
  const { displayName, commandPrefix } = context.connector.info
  return [
    `This is the ${displayName} bridge. In other rooms than this one, begin commands with \`${commandPrefix}\`.`,
    '',
    ...shown.map(({ usage, description }) => `* \`${usage}\` – ${description}`),
  ].join('\n')
}
