import type { RemoteMessageId, TargetMessage } from '@pons/core'
import type { IrcAction } from './actions.ts'
import type { IrcContext } from '../irc-context.ts'
import { serverIdOf } from '../ids.ts'

/** Client-only tags of IRCv3's drafts, without their `+`. */
const replyTag = 'draft/reply'
export type ReactionTag = 'draft/react' | 'draft/unreact'

/** The tag that says which message a line answers; undefined where the server takes none, or has given that message no id. */
export function replyTags(context: IrcContext, target: TargetMessage): Readonly<Record<string, string>> | undefined {
  const [msgid] = serverIds(target.remoteIds)
  return msgid !== undefined && context.connection.ready?.server.mayTag(replyTag) === true
    ? { [`+${replyTag}`]: msgid }
    : undefined
}

/** A reaction, or that it is taken back, as people with such programs see it; undefined where the server takes none. */
export function reactionAction(
  context: IrcContext,
  channel: string,
  { target, key, tag }: { readonly target: TargetMessage; readonly key: string; readonly tag: ReactionTag },
): IrcAction | undefined {
  const reply = replyTags(context, target)
  if (reply === undefined || context.connection.ready?.server.mayTag(tag) !== true) return undefined
  return { type: 'command', command: 'TAGMSG', middle: [channel], last: '', tags: { [`+${tag}`]: key, ...reply } }
}

/** Takes every line of a message back; undefined where the server cannot, or has not given all of them ids. */
export function redactActions(
  context: IrcContext,
  channel: string,
  { target, reason }: { readonly target: TargetMessage; readonly reason: string },
): IrcAction[] | undefined {
  const ids = serverIds(target.remoteIds)
  const isWhole = ids.length > 0 && ids.length === target.remoteIds.length
  if (!isWhole || context.connection.ready?.server.hasCapability('draft/message-redaction') !== true) return undefined
  return ids.map((msgid) => ({
    type: 'command',
    command: 'REDACT',
    middle: reason === '' ? [channel] : [channel, msgid],
    last: reason === '' ? msgid : reason,
  }))
}

function serverIds(ids: readonly RemoteMessageId[]): string[] {
  return ids.flatMap((id) => serverIdOf(id) ?? [])
}
