import type { HistoryRequest, LoginId, RemoteMessage } from '@pons/core'
import type { AccountStore } from '../account-store.ts'
import { jidOfChat, jidOfUser, userIdOf } from '../ids.ts'
import { incomingOf } from '../protocol/incoming.ts'
import { decodeMessage } from '../protocol/stored-message.ts'
import { historyEvent } from './history-event.ts'
import type { Naming } from './naming.ts'

export interface KeptHistory {
  readonly naming: Naming
  readonly login: LoginId
  readonly store: Pick<AccountStore, 'list'>
}

/** The kept messages of a chat before one of them, oldest first. */
export async function readHistory(
  { naming, login, store }: KeptHistory,
  { chat, limit, before, beforeBy }: HistoryRequest,
): Promise<RemoteMessage[]> {
  const rows = await store.list(`history/${jidOfChat(chat)}/`)
  const author = beforeBy && userIdOf(naming.people.idOf(jidOfUser(beforeBy)))
  const events: RemoteMessage[] = []
  // Newest first.
  for (const { value } of rows) {
    const message = typeof value === 'string' ? incomingOf(decodeMessage(value)) : undefined
    const event = message === undefined ? undefined : historyEvent(naming, login, message)
    if (event !== undefined && event.id === before && (author === undefined || event.idBy === author)) events.length = 0
    else if (event !== undefined) events.push(event)
  }
  return events.slice(0, limit).toReversed()
}
