import type { IrcContext } from '../../irc-context.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { lineTimeMs } from '../line-time-ms.ts'

/** Is it a line of ours? Where somebody keeps our nick while we are away, nobody else can have spoken under it. */
export function isOwnLine(context: IrcContext, session: Session | undefined, line: IrcLine): boolean {
  if (session?.server.keepsNick === true && session.isSelf(line.nick)) return true
  return context.network.nicks.wasOurs(line.nick, lineTimeMs(context, line))
}
