import type { TopicIntent } from '@pons/core'
import { isChannelName, targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { withoutStandIns } from '../protocol/decode-line.ts'
import { oneLine } from '../protocol/line.ts'
import { targetName } from '../spelling.ts'
import type { IrcAction } from './actions.ts'

/** What a channel is about. */
export function topicActions(context: IrcContext, intent: TopicIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  if (!isChannelName(name)) return []
  return [
    {
      type: 'command',
      command: 'TOPIC',
      middle: [targetName(context, name)],
      last: withoutStandIns(oneLine(intent.topic)),
    },
  ]
}
