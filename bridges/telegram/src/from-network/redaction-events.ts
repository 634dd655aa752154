import type { BridgeHost, LoginId, RemoteEvent } from '@pons/core'
import { messageIdOf, selfPeer } from '../ids.ts'
import { redactionEvent } from './redaction-event.ts'

export interface DeletedMessagesParts {
  readonly host: Pick<BridgeHost, 'chatsWith' | 'now'>
  readonly login: LoginId
}

/** Private chats and basic groups share one row of numbers, and a deletion names nothing else. */
export async function redactionEvents(
  { host, login }: DeletedMessagesParts,
  ids: readonly number[],
): Promise<RemoteEvent[]> {
  const events = ids.map(async (number) => {
    const target = messageIdOf(selfPeer(login), number, login)
    const chats = await host.chatsWith(login, target)
    return chats.map((chat) => redactionEvent(login, { chat, target, nowMs: host.now() }))
  })
  return (await Promise.all(events)).flat()
}
