import type { TransmitContext } from '@pons/core'
import { isChannelName, targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'

/** A channel may have got another name since the line was prepared; its former one may be another channel's by now. */
export function presentName({ network }: IrcContext, target: string, { chat }: TransmitContext): string {
  const { name } = targetOf(chat.chat)
  return !isChannelName(target) || network.fold(target) === name ? target : name
}
