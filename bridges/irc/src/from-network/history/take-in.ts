import { chatName } from '../../chat-name.ts'
import { serverTimeMs, type IrcLine } from '../../protocol/line.ts'
import { noteModes } from '../note-modes.ts'
import type { Arrival } from './arrival.ts'
import { canAskHistory } from './can-ask-history.ts'
import { doorWork } from './door-work.ts'
import { keepOwnLines } from './keep-own-lines.ts'
import { readGap } from './read-gap.ts'
import { requestLimit } from './request-limit.ts'
import { storePlayed } from './store-played.ts'
import type { TakeInParts } from './take-in-parts.ts'

/** Reads what a channel's past has for us, and stores it before what is said from now on. */
export async function takeIn(parts: TakeInParts, arrival: Arrival): Promise<void> {
  const { context, requests, played } = parts
  const { network } = context
  const { channel, session, isObserver, joinedAtServerMs } = arrival
  const folded = network.fold(channel.name)
  const { lines: latest, refusal } = canAskHistory(session)
    ? await requests.ask(session, ['LATEST', channel.name, '*', String(requestLimit(session))])
    : { lines: [] }
  const isRefused = refusal !== undefined
  arrival.hasHistory = latest.length > 0
  noteModes(context, channel, session)
  const shown = [...arrival.played, ...latest]
  network.ownLines.forgetUnnumbered(folded)
  const fromMs = isObserver ? network.lastSeen.of(folded) : undefined
  const oldestMs = oldestOf(shown)
  // What was refused shows nothing, also not that a line did not arrive.
  if (isRefused) played.delete(folded)
  else played.set(folded, { joinedAtMs: arrival.joinedAtMs, lineCount: shown.length, oldestMs })
  if (isObserver)
    await network.lanes.insert(chatName(network.channelChat(channel.name)), doorWork(context, channel, session))
  const isShort = latest.length > 0 && fromMs !== undefined && (oldestMs ?? 0) + 1000 > fromMs
  if (isShort) await readGap(parts, arrival, { fromMs, latest })
  else {
    keepOwnLines(context, channel.name, shown)
    if (isObserver) await storePlayed(parts, arrival, [arrival.played, latest], { fromMs, isRefused })
  }
  if (!isObserver || !parts.isGoingOn(arrival)) return
  const isSilent = shown.length === 0 && !isRefused
  network.lastSeen.enter(folded, context.key, { atMs: joinedAtServerMs, isSilent })
}

function oldestOf(lines: readonly IrcLine[]): number | undefined {
  const times = lines.map((line) => serverTimeMs(line)).filter((time) => time !== undefined)
  return times.length > 0 ? Math.min(...times) : undefined
}
