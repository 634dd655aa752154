import type { IrcContext } from '../irc-context.ts'
import { serverTimeMs, type IrcLine } from '../protocol/line.ts'

/** When a line was said: by the server where it says so. */
export function lineTimeMs(context: IrcContext, line: IrcLine): number {
  return serverTimeMs(line) ?? context.network.parts.host.now()
}
