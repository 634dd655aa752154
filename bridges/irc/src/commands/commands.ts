import type { NetworkCommand, NetworkCommandRequest } from '@pons/core'
import { legible } from '../protocol/decode-line.ts'
import { names, part, topic } from './channel-commands.ts'
import type { CommandContext } from './command-context.ts'
import { nick, raw, reconnect, whois } from './connection-commands.ts'
import { addNetwork, listNetworks, removeNetwork } from './network-commands.ts'

/** What people can say to the bot about IRC. `join`, `login` and the rest that all networks share are the framework's. */
export function createCommands(context: CommandContext): readonly NetworkCommand[] {
  const commands = [
    addNetwork(context),
    removeNetwork(context),
    listNetworks(context),
    part(context),
    nick(context),
    whois(context),
    names(context),
    topic(context),
    reconnect(context),
    raw(context),
  ]
  return commands.map((command) => ({
    ...command,
    run: async (request: NetworkCommandRequest) => legible(await command.run(request)),
  }))
}
