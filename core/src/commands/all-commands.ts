import { bridge, deletePortal, id, startChat, syncPortal, unbridge } from './chats.ts'
import type { Command } from './command.ts'
import { discard } from './discard.ts'
import { ping, version } from './general.ts'
import { helpText } from './help.ts'
import { cancel, listLogins, login, logout, setPreferredLogin } from './login.ts'
import { management } from './management-room.ts'
import { parked, retry } from './repair.ts'

const help: Command = {
  name: 'help',
  usage: 'help',
  description: 'Show this.',
  run: async (request) => helpText(request, commands),
}

/** The commands of the framework; networks add their own. */
export const commands: readonly Command[] = [
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
