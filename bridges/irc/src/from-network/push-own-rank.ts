import { powerLevelOf } from '../chat-info/power-level-of.ts'
import { userIdOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import type { Channel } from '../protocol/channels.ts'
import type { Session } from '../protocol/session.ts'

/** A login's rank is its owner's. They are no ghost, so that no snapshot names them. */
export function pushOwnRank(context: IrcContext, channel: Channel, session: Session): void {
  const { network, login, connectionNumber } = context
  const self = session.features.fold(session.nick)
  const ranks = channel.people.get(self)?.ranks
  if (!login || ranks === undefined) return
  network.push({
    kind: 'chat-info',
    chat: network.channelChat(channel.name),
    id: network.nextLineId(connectionNumber),
    timestampMs: network.parts.host.now(),
    login: login.id,
    changes: {},
    levels: [
      { user: userIdOf({ network: network.name, name: self }), powerLevel: powerLevelOf(ranks, session.features) },
    ],
  })
}
