import type { TargetMessage } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import type { IrcAction } from './actions.ts'
import { replyTags } from './reply-tags.ts'

/** Client-only tags of IRCv3's drafts, without their `+`. */
export type ReactionTag = 'draft/react' | 'draft/unreact'

/** A reaction, or that it is taken back, as people with such programs see it; undefined where the server takes none. */
export function taggedReaction(
  context: IrcContext,
  channel: string,
  { target, key, tag }: { readonly target: TargetMessage; readonly key: string; readonly tag: ReactionTag },
): IrcAction | undefined {
  const reply = replyTags(context, target)
  if (reply === undefined || context.connection.ready?.server.mayTag(tag) !== true) return undefined
  return { type: 'command', command: 'TAGMSG', middle: [channel], last: '', tags: { [`+${tag}`]: key, ...reply } }
}
