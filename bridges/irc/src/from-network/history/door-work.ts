import { settingsOf } from '../../chat-info/channel-settings.ts'
import type { Work } from '../../chat-lanes.ts'
import type { IrcContext } from '../../irc-context.ts'
import type { Channel } from '../../protocol/channels.ts'
import type { Session } from '../../protocol/session.ts'

/**
 * Closes the room of a channel that has closed its door, before the history is stored: what was said behind the door is not
 * for a room that is still open.
 */
export function doorWork(context: IrcContext, channel: Channel, session: Session): Work[] {
  const { network, connectionNumber, login } = context
  const settings = settingsOf(channel, session.features, network.relayNick)
  if (settings.joinRule !== 'invite') return []
  const chat = network.channelChat(channel.name)
  const id = network.nextLineId(connectionNumber)
  const timestampMs = network.parts.host.now()
  return [
    async () =>
      (await network.hasPortal(chat))
        ? { kind: 'chat-info', chat, id, timestampMs, ...(login && { login: login.id }), changes: settings }
        : undefined,
  ]
}
