import type { TargetMessage } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import { serverIds } from './server-ids.ts'

/** A client-only tag of IRCv3's drafts, without their `+`. */
const replyTag = 'draft/reply'

/** The tag that says which message a line answers; undefined where the server takes none, or has given that message no id. */
export function replyTags(context: IrcContext, target: TargetMessage): Readonly<Record<string, string>> | undefined {
  const [msgid] = serverIds(target.remoteIds)
  return msgid !== undefined && context.connection.ready?.server.mayTag(replyTag) === true
    ? { [`+${replyTag}`]: msgid }
    : undefined
}
