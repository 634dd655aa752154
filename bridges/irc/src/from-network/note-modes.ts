import { rememberPromise } from '../history-promise.ts'
import type { IrcContext } from '../irc-context.ts'
import type { Channel } from '../protocol/channels.ts'
import type { Session } from '../protocol/session.ts'

/** The channel's modes are known or have changed: keeps in mind since when there is a history, and asks for one if set to. */
export function noteModes({ network, label }: IrcContext, channel: Channel, session: Session): void {
  const { host, config } = network.parts
  const value = channel.modes.get('H')
  rememberPromise(network, channel.name, value).catch((error: unknown) => {
    host.logger.error({ err: error, client: label }, 'history mode not stored')
  })
  const knowsHistory = session.features.channelModes[2].includes('H')
  const isOperator = channel.people.get(session.features.fold(session.nick))?.ranks.has('o') === true
  if (config.history_lines > 0 && value === undefined && knowsHistory && isOperator) {
    session.write('MODE', [channel.name, '+H', `${config.history_lines}:1d`], 'join')
  }
}
