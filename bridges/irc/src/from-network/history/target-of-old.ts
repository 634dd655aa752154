import { serverTimeMs, type IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'

/**
 * Of which chat a line is that the server dates before our coming: such a one is played, whatever stands around it. undefined
 * for a line that is said now.
 */
export function targetOfOld(
  line: IrcLine,
  session: Session,
  cameAtMs: (channel: string) => number | undefined,
): string | undefined {
  const timeMs = line.command === 'PRIVMSG' || line.command === 'NOTICE' ? serverTimeMs(line) : undefined
  const [target = ''] = line.params
  if (timeMs === undefined || session.server.hasSaid(line) || line.tags['batch'] !== undefined) return undefined
  if (session.isSelf(target)) return timeMs < session.server.clock.welcomedAtMs ? line.nick : undefined
  const name = target.slice(session.features.statusOf(target).length)
  const sinceMs = cameAtMs(name)
  return sinceMs !== undefined && timeMs < sinceMs ? name : undefined
}
