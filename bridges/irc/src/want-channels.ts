import { isChannelName, targetOf } from './ids.ts'
import type { IrcContext } from './irc-context.ts'

/** Wants the channels whose rooms this connection is to serve: a login those that its owner is in, the relay all. */
export async function wantChannels({ network, login, joins }: IrcContext): Promise<void> {
  const { host } = network.parts
  for (const { chat } of await host.portals()) {
    const { network: of, name } = targetOf(chat.chat)
    if (of !== network.name || !isChannelName(name)) continue
    const isWanted = login === undefined || (await host.matrixMembers(chat)).includes(login.owner)
    if (isWanted) joins.want(name)
  }
  if (login === undefined) for (const channel of network.settings.channels) joins.want(channel)
}
