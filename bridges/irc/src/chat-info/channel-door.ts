import type { Channel } from '../protocol/channels.ts'
import type { ServerFeatures } from '../protocol/features.ts'

/** May anybody on the network join? */
export function isOpenToAll(channel: Pick<Channel, 'modes' | 'hasModes'>, features: ServerFeatures): boolean {
  return channel.hasModes && !channel.modes.has('k') && !isClosedToKeys(channel, features)
}

/** Is the channel's key all that is asked of who joins, and is this the key? A key that the server masks is nobody's. */
export function isKeyOf(channel: Channel, key: string | undefined, features: ServerFeatures): boolean {
  const asked = channel.modes.get('k')
  const isKnown = asked !== undefined && !/^(?:\*?|<key>)$/.test(asked)
  return isKnown && asked === key && channel.hasModes && !isClosedToKeys(channel, features)
}

/** For invited people (i), network operators (O), or people with an account. */
function isClosedToKeys({ modes }: Pick<Channel, 'modes'>, features: ServerFeatures): boolean {
  // Where people can be quieted (a list mode q), an account is asked for by r, and R is about speaking; elsewhere r says
  // that the channel is registered.
  const accountMode = features.channelModes[0].includes('q') ? 'r' : 'R'
  return modes.has('i') || modes.has('O') || modes.has(accountMode)
}
