import {
  remoteMessageId,
  type BridgeHost,
  type ChatKey,
  type LoginId,
  type RemoteEvent,
  type RemoteMessageId,
} from '@pons/core'
import { messageIdOf, selfPeer, userIdOfPeer } from '../ids.ts'

export interface DeletedMessagesParts {
  readonly host: Pick<BridgeHost, 'chatsWith' | 'now'>
  readonly login: LoginId
}

/** Private chats and basic groups share one row of numbers, and a deletion names nothing else. */
export async function deletedAnywhere(
  { host, login }: DeletedMessagesParts,
  ids: readonly number[],
): Promise<RemoteEvent[]> {
  const events = ids.map(async (number) => {
    const target = messageIdOf(selfPeer(login), number, login)
    const chats = await host.chatsWith(login, target)
    return chats.map((chat) => redaction(login, { chat, target, nowMs: host.now() }))
  })
  return (await Promise.all(events)).flat()
}

/** Who deleted it is not said; the framework lets the author take back what is theirs. */
export function redaction(
  login: LoginId,
  { chat, target, nowMs }: { readonly chat: ChatKey; readonly target: RemoteMessageId; readonly nowMs: number },
): RemoteEvent {
  return {
    kind: 'redaction',
    chat,
    id: remoteMessageId(`delete:${target}`),
    timestampMs: nowMs,
    login,
    sender: { id: userIdOfPeer(selfPeer(login)) },
    target,
  }
}
