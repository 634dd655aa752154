import type { ChatKey, RemoteEvent } from '@pons/core'
import type { Channel } from '../protocol/channels.ts'
import { lineTimeMs } from './line-time-ms.ts'
import type { ReadLine } from './line-read.ts'

interface EventBase {
  readonly chat: ChatKey
  readonly id: RemoteEvent['id']
  readonly timestampMs: number
}

/** Stores what `make` says for each channel of the line whose observer we are. */
export function forObserved(
  { context, line, channels }: ReadLine,
  make: (base: EventBase, channel: Channel) => RemoteEvent | undefined,
): void {
  const { network } = context
  for (const channel of channels) {
    if (!network.isObserver(context.self, channel.name)) continue
    const base = {
      chat: network.channelChat(channel.name),
      id: network.nextLineId(context.connectionNumber),
      timestampMs: lineTimeMs(context, line),
      ...(context.login && { login: context.login.id }),
    }
    const event = make(base, channel)
    if (event) network.push(event)
  }
}
