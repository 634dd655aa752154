import { remoteMessageId, type ChatKey, type LoginId, type RemoteEvent, type RemoteMessageId } from '@pons/core'
import { selfPeer, userIdOfPeer } from '../ids.ts'

/** Who deleted it is not said; the framework lets the author take back what is theirs. */
export function redactionEvent(
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
