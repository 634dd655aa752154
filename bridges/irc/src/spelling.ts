import type { IrcContext } from './irc-context.ts'
import { isChannelName } from './ids.ts'

/** A nick as its owner writes it, where we see them; the folded form otherwise. */
export function spelling({ connection }: IrcContext, folded: string): string {
  for (const channel of connection.ready?.channels.all() ?? []) {
    const person = channel.people.get(folded)
    if (person) return person.nick
  }
  return folded
}

/** A channel as the server spells it, or a nick as its owner does. */
export function targetName(context: IrcContext, folded: string): string {
  if (!isChannelName(folded)) return spelling(context, folded)
  return context.connection.ready?.channel(folded)?.name ?? folded
}
