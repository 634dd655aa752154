import type { ChatKey, RemoteEvent } from '@pons/core'
import type { Channel } from '../protocol/channels.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import type { RemoteContext } from './listening-context.ts'
import { lineTimeMs } from './message-event.ts'

/** A line that was read, and where. */
export interface RemoteLine {
  readonly context: RemoteContext
  readonly session: Session
  readonly line: IrcLine
  /** Channels the line concerns, as far as we are in them. */
  readonly channels: readonly Channel[]
}

interface EventBase {
  readonly chat: ChatKey
  readonly id: RemoteEvent['id']
  readonly timestampMs: number
}

/** Stores what `make` says for each channel of the line whose observer we are. */
export function forObserved(
  { context, line, channels }: RemoteLine,
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
