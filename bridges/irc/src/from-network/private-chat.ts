import type { ChatKey } from '@pons/core'
import { chatKeyOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import type { Session } from '../protocol/session.ts'

/** The private chat of a login with whoever goes by that name. */
export function privateChat({ network, login }: IrcContext, session: Session, nick: string): ChatKey {
  return chatKeyOf({ network: network.name, name: session.features.fold(nick) }, login?.id)
}
