import type { RemoteEvent } from '@pons/core'
import { isGroup, messageIdOf } from '../ids.ts'
import { Protocol } from '../protocol/kinds.ts'
import type { Timers } from '../timers.ts'
import { eventBase, type Arrival } from './arrival.ts'

/** The timer of a chat, where a message tells another than was known: by setting it, or by having it. */
export function timerEvents(timers: Timers, arrival: Arrival): RemoteEvent[] {
  const { chat, message } = arrival
  const { type, ephemeralExpiration, ephemeralSettingTimestamp: setAt } = message.content?.protocolMessage ?? {}
  const sentAt = Math.floor(message.timestampMs / 1000)
  const set = type === Protocol.EPHEMERAL_SETTING && {
    seconds: ephemeralExpiration ?? 0,
    setAt: Number(setAt || sentAt),
  }
  // In a group the server says which one it is.
  const timer = set || (isGroup(chat) ? undefined : message.timer)
  if (timer === undefined || !timers.learn(chat, timer)) return []
  return [
    {
      ...eventBase(arrival),
      kind: 'chat-info',
      id: messageIdOf(`timer:${message.id}`),
      changes: { disappearAfterMs: timer.seconds * 1000 },
    },
  ]
}
