import type { TargetMessage } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import type { IrcAction } from './actions.ts'
import { serverIds } from './server-ids.ts'

/** Takes every line of a message back; undefined where the server cannot, or has not given all of them ids. */
export function redactCommands(
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
