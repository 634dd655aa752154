import type { LoginId, RemoteEvent } from '@pons/core'
import { chatKeyOf, messageIdOf, userIdOf } from '../ids.ts'
import type { Incoming } from '../protocol/incoming.ts'
import type { Where } from './where-and-who.ts'

/** A message that came to an account, with the chat that it belongs to and whoever it is by. */
export interface Arrival extends Where {
  readonly login: LoginId
  readonly message: Incoming
}

/** What every event says that comes of a message: where and when it was, and by which id of whose. */
export function eventBase({ login, message: { id, timestampMs }, chat, sender }: Arrival) {
  return {
    chat: chatKeyOf(chat, login),
    id: messageIdOf(id),
    idBy: userIdOf(sender),
    timestampMs,
    login,
  } satisfies Partial<RemoteEvent>
}
