import type { Health } from '../health.ts'
import {
  bridge,
  deletePortal,
  id,
  startChat,
  syncPortal,
  unbridge,
  type BridgeParts,
  type DeletePortalParts,
  type StartChatParts,
  type SyncPortalParts,
} from './chats.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { Command } from './command.ts'
import { discard } from './discard.ts'
import { ping, version } from './general.ts'
import { helpText } from './help.ts'
import { cancel, listLogins, login, logout, setPreferredLogin } from './login.ts'
import { management, type ManagementParts } from './management-room.ts'
import { parked, retry, type RetryParts } from './repair.ts'

/** What the commands take, each its own. */
export type CommandParts = StartChatParts &
  BridgeParts &
  DeletePortalParts &
  SyncPortalParts &
  ManagementParts &
  RetryParts & { readonly health: Health; readonly version: string }

const help: Command<{ readonly connector: NetworkConnector }> = {
  name: 'help',
  usage: 'help',
  description: 'Show this.',
  run: async (request, parts) => helpText(request, parts, commands),
}

/** The commands of the framework; networks add their own. */
export const commands: readonly Command<CommandParts>[] = [
  help,
  login,
  cancel,
  listLogins,
  logout,
  setPreferredLogin,
  startChat,
  bridge,
  unbridge,
  deletePortal,
  syncPortal,
  id,
  management,
  retry,
  discard,
  parked,
  ping,
  version,
]

/** All words that one of them answers to. */
export const commandNames: ReadonlySet<string> = new Set(
  commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
)
