import type { RemoteEvent } from '@pons/core'
import { chatKeyOf, messageIdOf, userIdOf } from './ids.ts'
import type { Incoming } from './protocol/incoming.ts'
import type { AccountContext, Where } from './remote-context.ts'

/** What every event says that comes of a message: where and when it was, and by which id of whose. */
export function eventBase({ login }: AccountContext, { id, timestampMs }: Incoming, { chat, sender }: Where) {
  return {
    chat: chatKeyOf(chat, login),
    id: messageIdOf(id),
    idBy: userIdOf(sender),
    timestampMs,
    login,
  } satisfies Partial<RemoteEvent>
}
