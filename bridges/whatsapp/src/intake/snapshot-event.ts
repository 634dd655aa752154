import type { RemoteEvent } from '@pons/core'
import { chatKeyOf, messageIdOf, type Jid } from '../ids.ts'
import { knownSnapshot, type AccountContext } from '../remote-context.ts'

let counter = 0

/** The whole of a chat, as far as it is known. */
export function snapshotEvent(
  context: AccountContext,
  chat: Jid,
  createsPortal: boolean,
): Extract<RemoteEvent, { kind: 'snapshot' }> {
  const { host, login } = context
  return {
    kind: 'snapshot',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(`snapshot:${host.now()}:${counter++}`),
    timestampMs: host.now(),
    login,
    snapshot: knownSnapshot(context, chat),
    ...(createsPortal && { createsPortal }),
  }
}
