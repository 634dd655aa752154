import type { ReactionIntent } from '@pons/core'
import { beginning } from '../convert/graphemes.ts'
import { cleanText } from '../convert/to-irc.ts'
import { targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { targetName } from '../spelling.ts'
import type { IrcAction } from './actions.ts'
import { authorName } from './author-name.ts'
import { quoted } from './quoted.ts'
import { say } from './say.ts'
import { taggedReaction } from './tagged-reaction.ts'

/** A reaction: as a tag where the server takes that; else, and through the relay, where it would be nobody's, in words. */
export function reactionActions(context: IrcContext, intent: ReactionIntent): IrcAction[] {
  const channel = targetName(context, targetOf(intent.chat.chat).name)
  const { target, key: emoji } = intent
  const tagged = intent.sender.viaRelay
    ? undefined
    : taggedReaction(context, channel, { target, key: emoji, tag: 'draft/react' })
  if (tagged !== undefined) return [tagged]
  if (!context.network.parts.config.say_reactions) return []
  const quote = intent.target.text === '' ? '' : ` “${quoted(intent.target.text)}”`
  const key = beginning(cleanText(intent.key), 50)
  return say(context, intent, 'emote', [`reacts with ${key} to ${authorName(context, intent.target)}${quote}`])
}
