import { remoteMessageId, type ChatKey, type RemoteMessageId, type RemoteNotice } from '@pons/core'
import { historyPromise } from '../../history-promise.ts'
import type { IrcContext } from '../../irc-context.ts'
import type { Channel } from '../../protocol/channels.ts'
import { serverTimeMs, type IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { canAskHistory } from './can-ask-history.ts'
import type { HistoryRequests } from './history-requests.ts'
import { missingWords } from './missing-words.ts'
import type { Reach } from './reach.ts'
import { whyOf } from './why-of.ts'

/** What the server played when it let us in. */
export interface Playback {
  readonly channel: Channel
  readonly session: Session
  readonly joinedAtServerMs: number
  readonly history: readonly IrcLine[]
  readonly requests: HistoryRequests
  /** The server did not give all that it was asked for. */
  readonly isRefused: boolean
}

/** Old lines come with times rounded down to seconds. */
const roundingMs = 1000
/** Where nothing tells whether anybody spoke, a shorter gap is not worth a line. */
const unsaidGapMs = 60_000
/** A bouncer keeps at least so many lines, if nobody has told it otherwise (ZNC's ChanBufferSize). */
const bouncerBufferLines = 50

/**
 * The line that says what a room may lack: we were last in the channel at `fromMs` (the server's clock) and the history does
 * not reach back so far. undefined where nothing can be missing. Its id is the gap's, so that it is said once.
 */
export async function edgeNotice(
  context: IrcContext,
  playback: Playback,
  fromMs: number,
): Promise<RemoteNotice | undefined> {
  const { network, login } = context
  const { channel, joinedAtServerMs } = playback
  const chat = network.channelChat(channel.name)
  if (!(await network.hasPortal(chat))) return undefined
  const lines = toldLines(context, chat, playback)
  const oldestMs = lines.length === 0 ? undefined : Math.min(...lines.map(({ timeMs }) => timeMs))
  if (oldestMs !== undefined && oldestMs + roundingMs <= fromMs) return undefined
  // Of a history that was asked for, what is known may be of a visit that the gap outlived.
  if (!canAskHistory(playback.session))
    for (const { id } of lines) if (await network.parts.host.isKnown(chat, id)) return undefined
  const reach = await reachOf(context, playback, { lineCount: lines.length, fromMs })
  if (reach === 'whole' || (reach !== 'cut' && joinedAtServerMs - fromMs < unsaidGapMs)) return undefined
  const untilMs = oldestMs === undefined ? joinedAtServerMs : Math.min(oldestMs + roundingMs, joinedAtServerMs)
  const id = remoteMessageId(`edge:${network.fold(channel.name)}:${fromMs}`)
  return {
    kind: 'notice',
    chat,
    id,
    timestampMs: network.parts.host.now(),
    ...(login && { login: login.id }),
    text: missingWords(context, { fromMs, untilMs }, whyOf(reach)),
  }
}

/** Lines that somebody said and that can be told from their repetition; others are not taken in. */
function toldLines(
  { network }: IrcContext,
  chat: ChatKey,
  { history, session }: Playback,
): { id: RemoteMessageId; timeMs: number }[] {
  const idOf = network.lineIds.replay(chat, session.server.historyPrecisionMs)
  return history.flatMap((line) => {
    const timeMs = serverTimeMs(line)
    const id = timeMs === undefined || line.nick === '' ? undefined : idOf(line)
    return id === undefined || timeMs === undefined ? [] : [{ id, timeMs }]
  })
}

/**
 * How much a history shows that holds nothing from before the gap: all there was in it; no more than the server gives; or it
 * is not known how much, be it that there is none at all, or that the server did not give it.
 */
async function reachOf(
  context: IrcContext,
  playback: Playback,
  { lineCount, fromMs }: { readonly lineCount: number; readonly fromMs: number },
): Promise<Reach> {
  const { channel, session, joinedAtServerMs, history, isRefused } = playback
  if (isRefused) return 'refused'
  const isTold = lineCount > 0 || history.every(({ nick }) => nick === '')
  // Made anew, it has lost what it remembered. The time is in whole seconds.
  const isSame = channel.createdAtMs === undefined || channel.createdAtMs + roundingMs <= fromMs
  if (isTold && canAskHistory(session)) {
    const isAll = lineCount === 0 || lineCount < session.features.historyLimit
    return isAll ? (isSame ? 'whole' : 'unknown') : await reachOfAsked(context, playback, fromMs)
  }
  if (isTold && session.server.keepsNick) return lineCount < bouncerBufferLines ? 'whole' : 'unknown'
  if (!isTold || !channel.modes.has('H')) return 'none'
  const promise = await historyPromise(context.network, channel.name)
  if (!promise) return 'unknown'
  if (lineCount >= promise.lines) return 'cut'
  const isKept =
    promise.sinceMs + session.server.clock.skewMs <= fromMs && joinedAtServerMs - fromMs < promise.durationMs
  return isSame && isKept ? 'whole' : 'unknown'
}

/** Where it has something from before the gap it has the gap. */
async function reachOfAsked({ network }: IrcContext, playback: Playback, fromMs: number): Promise<Reach> {
  const { channel, session, requests } = playback
  const before = `timestamp=${new Date(fromMs + roundingMs).toISOString()}`
  const { lines } = await requests.ask(session, ['BEFORE', channel.name, before, '1'])
  const isBefore = lines.some((line) => (serverTimeMs(line) ?? fromMs + roundingMs) < fromMs + roundingMs)
  return isBefore || network.lastSeen.isSilent(network.fold(channel.name)) ? 'whole' : 'cut'
}
