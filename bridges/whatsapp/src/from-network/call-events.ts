import { nameInWords, type BridgeHost, type LoginId, type RemoteEvent, type Understood } from '@pons/core'
import { chatKeyOf, jidOf, messageIdOf, userIdOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { SocketEvent } from '../protocol/socket-events.ts'

export interface CallEventsParts {
  readonly host: Pick<BridgeHost, 'now'>
  readonly login: LoginId
  readonly people: People
}

/** A call is announced when it begins to ring; it can be answered on the phone alone. */
export function callEvents({ people, host, login }: CallEventsParts, calls: SocketEvent<'call'>): Understood {
  const events = calls.flatMap(({ id, from, chatId, status, date }): RemoteEvent[] => {
    const caller = jidOf(from)
    const chat = jidOf(chatId)
    if (status !== 'offer' || caller === undefined || chat === undefined) return []
    const name = nameInWords(people.nameOf(people.idOf(caller)) ?? '') || 'Somebody'
    return [
      {
        kind: 'notice',
        chat: chatKeyOf(people.idOf(chat), login),
        id: messageIdOf(`call:${id}`),
        idBy: userIdOf(people.idOf(caller)),
        timestampMs: Number.isNaN(date.getTime()) ? host.now() : date.getTime(),
        login,
        text: `${name} is calling; answer it on the phone`,
      },
    ]
  })
  return { events, writes: [] }
}
