import type { EditIntent, MessageIntent } from '@pons/core'
import { linesOf } from '../convert/to-irc.ts'
import type { IrcContext } from '../irc-context.ts'
import { nickOfMatrixUser } from './nick-of-matrix-user.ts'

/** What a message or its new version says, line by line, with the names that people have on IRC. */
export function contentLines(context: IrcContext, { document }: MessageIntent | EditIntent): string[] {
  const { host } = context.network.parts
  return linesOf(document, {
    nickOf: (matrixId) => nickOfMatrixUser(context, matrixId),
    mediaLink: (mxcUri, fileName) => host.mediaLink(mxcUri, fileName),
  })
}
