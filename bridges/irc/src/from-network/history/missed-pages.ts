import { serverTimeMs, type IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import type { HistoryRequests } from './history-requests.ts'
import { requestLimit } from './request-limit.ts'

export interface Gap {
  /** When we were last there, by the server's clock. */
  readonly fromMs: number
  /** What is said later is heard live. */
  readonly untilMs: number
}

export interface MissedPage {
  readonly lines: readonly IrcLine[]
  /** The server does not give what was said since then; nothing follows. */
  readonly refusedFromMs?: number
}

/** How far a history has been read. */
interface Place {
  /** What is older has been. */
  readonly timeMs: number
  /** And so many lines with that very time. */
  readonly count: number
  /** Of the last one, where the server can be asked by it. */
  readonly msgid: string | undefined
}

/** Clocks are rounded, and lines under way when a connection broke were not read. */
const overlapMs = 2000

/** The time from which a history is asked for: the beginning of a second, for some servers keep no fractions. */
export function startOf({ fromMs }: Gap): number {
  return Math.floor((fromMs - overlapMs) / 1000) * 1000
}

/**
 * What was said in a chat while we were away, page by page, oldest first; each page is asked for when the last has been dealt
 * with. It ends where the server has no more, or does not say what comes next. Rejects when the session ends.
 */
export async function* missedPages(
  requests: HistoryRequests,
  session: Session,
  target: string,
  gap: Gap,
): AsyncGenerator<MissedPage> {
  const limit = String(requestLimit(session))
  let place: Place = { timeMs: startOf(gap), count: 0, msgid: undefined }
  while (place.timeMs <= gap.untilMs) {
    const { msgid } = place
    const { lines, refusal } = await requests.ask(session, ['AFTER', target, referenceTo(place), limit])
    const fresh = unread(lines, place)
    const last = fresh.at(-1)
    if (last !== undefined) {
      yield { lines: fresh }
      place = placeBehind(place, fresh, session)
    } else if (msgid !== undefined) {
      // That is all, or the server has lost that line.
      place = { ...place, msgid: undefined }
    } else if (refusal !== undefined) {
      return yield { lines: [], refusedFromMs: Math.max(place.timeMs, gap.fromMs) }
    } else if (lines.length > 0 && place.count > 0) {
      // That is all, or a whole answer has one time, and no more of that time can be had.
      place = { timeMs: place.timeMs + 1, count: 0, msgid: undefined }
    } else return
  }
}

// What has the time of the last line is asked for again: the page may have ended between two of them.
function referenceTo({ timeMs, msgid }: Place): string {
  if (msgid !== undefined) return `msgid=${msgid}`
  return `timestamp=${new Date(timeMs - 1).toISOString()}`
}

function unread(lines: readonly IrcLine[], { timeMs, count, msgid }: Place): readonly IrcLine[] {
  if (msgid !== undefined) return lines.slice(lines.findLastIndex((line) => line.tags['msgid'] === msgid) + 1)
  let left = count
  return lines.filter((line) => {
    const lineMs = serverTimeMs(line)
    if (lineMs === undefined || lineMs < timeMs) return false
    return lineMs > timeMs || --left < 0
  })
}

function placeBehind(place: Place, fresh: readonly IrcLine[], session: Session): Place {
  const timeMs = Math.max(place.timeMs, ...fresh.map((line) => serverTimeMs(line) ?? 0))
  const withThatTime = fresh.filter((line) => serverTimeMs(line) === timeMs).length
  const { msgid } = fresh.at(-1)?.tags ?? {}
  return {
    timeMs,
    count: withThatTime + (timeMs === place.timeMs ? place.count : 0),
    // The same line once more would be no progress.
    msgid: session.features.hasHistoryByMessageId && msgid !== place.msgid ? msgid : undefined,
  }
}
