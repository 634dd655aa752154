import type { TargetMessage } from '@pons/core'
import { relayedName } from '../convert/relayed-name.ts'
import { targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { legible } from '../protocol/decode-line.ts'
import { spelling } from '../spelling.ts'
import { nickOfMatrixUser } from './nick-of-matrix-user.ts'

/** Under which name people on IRC know who wrote a message. */
export function authorName(context: IrcContext, { author, authorName: name }: TargetMessage): string {
  if ('remote' in author) return legible(spelling(context, targetOf(author.remote).name))
  return nickOfMatrixUser(context, author.matrix) ?? relayedName(name)
}
