import type { IrcLine } from '../../protocol/line.ts'
import type { Arrival } from './arrival.ts'
import { keepOwnLines } from './keep-own-lines.ts'
import { missedPages, startOf } from './missed-pages.ts'
import { storePlayed } from './store-played.ts'
import type { TakeInParts } from './take-in-parts.ts'

/** The last lines do not reach back to when we were last here, so that all is asked for, from there on. */
export async function readGap(
  parts: TakeInParts,
  arrival: Arrival,
  { fromMs, latest }: { readonly fromMs: number; readonly latest: readonly IrcLine[] },
): Promise<void> {
  const { context, requests, played } = parts
  const { network } = context
  const { channel, session, joinedAtServerMs } = arrival
  const gap = { fromMs, untilMs: joinedAtServerMs }
  let isFirst = true
  for await (const { lines, refusedFromMs } of missedPages(requests, session, channel.name, gap)) {
    if (!parts.isGoingOn(arrival)) return
    if (refusedFromMs !== undefined) {
      keepOwnLines(context, channel.name, latest)
      return await storePlayed(parts, arrival, [latest], { fromMs: refusedFromMs, isRefused: true })
    }
    keepOwnLines(context, channel.name, lines)
    await storePlayed(parts, arrival, [lines], { fromMs: isFirst ? fromMs : undefined })
    isFirst = false
  }
  if (isFirst) return await storePlayed(parts, arrival, [latest], { fromMs })
  const { joinedAtMs } = arrival
  played.set(network.fold(channel.name), { joinedAtMs, lineCount: latest.length, oldestMs: startOf(gap) })
}
