import type { RedactionIntent } from '@pons/core'
import { cleanText } from '../convert/to-irc.ts'
import { targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { targetName } from '../spelling.ts'
import type { IrcAction } from './actions.ts'
import { authorName } from './author-name.ts'
import { redactCommands } from './redact-commands.ts'
import { say } from './say.ts'

/** Takes a message back where the server can; says elsewhere, if that is wanted, that it was deleted. */
export function redactionActions(context: IrcContext, intent: RedactionIntent): IrcAction[] {
  const channel = targetName(context, targetOf(intent.chat.chat).name)
  const redact = redactCommands(context, channel, { target: intent.target, reason: cleanText(intent.reason ?? '') })
  if (redact !== undefined) return redact
  if (!context.network.parts.config.say_redactions) return []
  const { author } = intent.target
  const isOwn = 'matrix' in author && author.matrix === intent.sender.userId
  const whose = isOwn ? 'a message' : `a message of ${authorName(context, intent.target)}`
  const reason = intent.reason === undefined || intent.reason === '' ? '' : `: ${cleanText(intent.reason)}`
  return say(context, intent, 'emote', [`deleted ${whose}${reason}`])
}
