import type { MessageIntent, TargetMessage } from '@pons/core'
import { stripFormatting } from '../convert/formatting.ts'
import type { IrcContext } from '../irc-context.ts'
import type { IrcAction } from './actions.ts'
import { authorName } from './author-name.ts'
import { contentLines } from './content-lines.ts'
import { quoted } from './quoted.ts'
import { replyTags } from './reply-tags.ts'
import { say } from './say.ts'

/** A message in words; an answer begins with the name of whom it is for. */
export function messageActions(context: IrcContext, intent: MessageIntent): IrcAction[] {
  const lines = contentLines(context, intent)
  if (intent.replyTo) lines[0] = withReply(context, intent.replyTo, intent, lines[0] ?? '')
  const actions = say(context, intent, intent.document.kind, lines)
  const tags = intent.replyTo && replyTags(context, intent.replyTo)
  return tags === undefined ? actions : actions.map((action, at) => (at === 0 ? { ...action, tags } : action))
}

// `nick: text` as IRC people answer; where the message is old, with a piece of it.
function withReply(context: IrcContext, target: TargetMessage, intent: MessageIntent, line: string): string {
  const name = authorName(context, target)
  const isAddressed = beginsWithNick(stripFormatting(line), name)
  const isOld = intent.timestampMs - target.timestampMs > context.network.parts.config.quote_after_ms
  if (isOld && target.text !== '') return `${name}, “${quoted(target.text)}”: ${line}`
  return isAddressed ? line : `${name}: ${line}`
}

/** `Annoying` does not speak to Ann. */
function beginsWithNick(line: string, nick: string): boolean {
  const isThere = line.toLowerCase().startsWith(nick.toLowerCase())
  return isThere && !/^[\p{L}\p{M}\p{N}_[\]\\`^{|}-]/u.test(line.slice(nick.length))
}
