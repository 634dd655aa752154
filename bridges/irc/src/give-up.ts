import type { IrcContext } from './irc-context.ts'
import type { SessionEnd } from './protocol/session-end.ts'
import { reportState } from './report-state.ts'
import { tellOwner } from './tell-owner.ts'

/** Says that the network is dialled no more: to whoever can have it tried again, and in the rooms that the relay served. */
export function giveUp(context: IrcContext, { detail }: SessionEnd): void {
  const { network, login, joins, connectionNumber } = context
  const said = `${network.displayName} could not be reached for a long time, and is not tried any more.`
  const words = `${said} Say \`reconnect ${network.name}\` to try again.`
  reportState(context, 'UNKNOWN_ERROR', words, detail)
  tellOwner(context, words, login?.owner ?? network.owner)
  if (login !== undefined) return
  for (const name of joins.names()) {
    network.push({
      kind: 'notice',
      chat: network.channelChat(name),
      id: network.nextLineId(connectionNumber),
      timestampMs: network.parts.host.now(),
      text: said,
    })
  }
}
