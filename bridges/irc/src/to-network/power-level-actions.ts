import type { PowerLevelIntent } from '@pons/core'
import { rankOf } from '../chat-info/rank-of.ts'
import { isChannelName, targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { spelling, targetName } from '../spelling.ts'
import type { IrcAction } from './actions.ts'

/** The rank that comes nearest to somebody's level, in place of the one that they had. */
export function powerLevelActions(context: IrcContext, intent: PowerLevelIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  const session = context.connection.ready
  if (!isChannelName(name) || !session) return []
  const before = rankOf(intent.previousLevel, session.features)
  const after = rankOf(intent.powerLevel, session.features)
  if (before === after) return []
  const nick = spelling(context, targetOf(intent.subject).name)
  const change = (sign: '+' | '-', rank: string): IrcAction => ({
    type: 'command',
    command: 'MODE',
    middle: [targetName(context, name), sign + rank],
    last: nick,
  })
  return [...(before === undefined ? [] : [change('-', before)]), ...(after === undefined ? [] : [change('+', after)])]
}
