import type { IrcContext } from '../../irc-context.ts'
import type { IrcLine } from '../../protocol/line.ts'
import { lineTimeMs } from '../line-time-ms.ts'
import { isOwnLine } from './is-own-line.ts'

/** Own lines in a history tell what became of what was sent. */
export function keepOwnLines(context: IrcContext, channel: string, lines: readonly IrcLine[]): void {
  const { network, connection } = context
  for (const line of lines) {
    if (!isOwnLine(context, connection.ready, line)) continue
    network.ownLines.add(network.fold(channel), {
      command: line.command,
      text: line.params[1] ?? '',
      id: line.tags['msgid'],
      timeMs: lineTimeMs(context, line),
    })
  }
}
