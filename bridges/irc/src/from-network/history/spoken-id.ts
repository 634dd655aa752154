import type { RemoteMessageId } from '@pons/core'
import type { IrcContext } from '../../irc-context.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { isOwnLine } from './is-own-line.ts'

/** Who tells, among the old lines of ergo, who came and went. */
const historyNarrator = 'HistServ'

/** The id of what somebody else has said; undefined for any other line. */
export function spokenId(
  context: IrcContext,
  session: Session,
  line: IrcLine,
  idOf: (line: IrcLine) => RemoteMessageId | undefined,
): RemoteMessageId | undefined {
  if (line.command !== 'PRIVMSG' && line.command !== 'NOTICE') return undefined
  if (line.nick === '' || line.nick === historyNarrator || isOwnLine(context, session, line)) return undefined
  return idOf(line)
}
