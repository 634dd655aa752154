import type { ReactionRemovalIntent } from '@pons/core'
import { targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { targetName } from '../spelling.ts'
import type { IrcAction } from './actions.ts'
import { taggedReaction } from './tagged-reaction.ts'

/** A reaction that was said in words stays said. */
export function reactionRemovalActions(context: IrcContext, intent: ReactionRemovalIntent): readonly IrcAction[] {
  const channel = targetName(context, targetOf(intent.chat.chat).name)
  const { target, key, sender } = intent
  const tagged = sender.viaRelay ? undefined : taggedReaction(context, channel, { target, key, tag: 'draft/unreact' })
  return tagged === undefined ? [] : [tagged]
}
