import { snapshotOf, type IrcContext } from '../irc-context.ts'
import type { Channel } from '../protocol/channels.ts'
import type { Session } from '../protocol/session.ts'

/** Stores how the channel is now, behind what was said in it before. */
export function pushSnapshot(context: IrcContext, channel: Channel, session: Session): void {
  const { network, login, connectionNumber } = context
  network.push({
    kind: 'snapshot',
    chat: network.channelChat(channel.name),
    id: network.nextLineId(connectionNumber),
    timestampMs: network.parts.host.now(),
    ...(login && { login: login.id }),
    snapshot: snapshotOf(context, channel, session),
  })
}
