import { chatName } from '../../chat-name.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Arrival } from './arrival.ts'
import { channelHistory } from './channel-history.ts'
import { edgeNotice, type Playback } from './edge-notice.ts'
import type { TakeInParts } from './take-in-parts.ts'

/** What may be missing stands before what the history still has. */
export async function storePlayed(
  { context, requests }: Pick<TakeInParts, 'context' | 'requests'>,
  arrival: Arrival,
  histories: readonly (readonly IrcLine[])[],
  edge: { readonly fromMs: number | undefined; readonly isRefused?: boolean },
): Promise<void> {
  const { channel, session } = arrival
  const { network } = context
  const lane = chatName(network.channelChat(channel.name))
  const { fromMs, isRefused = false } = edge
  const playback: Playback = { ...arrival, history: histories.flat(), requests, isRefused }
  const notice = fromMs === undefined ? undefined : await edgeNotice(context, playback, fromMs)
  const works = histories.flatMap((history) => channelHistory(context, session, channel)(history))
  await network.lanes.insert(lane, [...(notice === undefined ? [] : [() => Promise.resolve(notice)]), ...works])
}
