import type { ChatSnapshot, LoginId, RemoteEvent } from '@pons/core'
import { chatKeyOf, messageIdOf, type Jid } from '../ids.ts'

let counter = 0

/** What a chat looks like as a whole, said by nobody. */
export function snapshotEvent(
  login: LoginId,
  { chat, snapshot, nowMs, createsPortal }: SeenChat,
): Extract<RemoteEvent, { kind: 'snapshot' }> {
  return {
    kind: 'snapshot',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(`snapshot:${nowMs}:${counter++}`),
    timestampMs: nowMs,
    login,
    snapshot,
    ...(createsPortal && { createsPortal }),
  }
}

interface SeenChat {
  readonly chat: Jid
  readonly snapshot: ChatSnapshot
  readonly nowMs: number
  readonly createsPortal: boolean
}
