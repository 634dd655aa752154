import type { Logins } from '../login/logins.ts'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { LoginId } from '../network/ids.ts'

/** How a chat is now, by the login that is named or by whoever sees it; undefined where nobody can say. */
export type FreshSnapshot = (chat: ChatKey, seenBy?: LoginId) => Promise<ChatSnapshot | undefined>

export interface FreshSnapshotParts {
  readonly logins: Logins
  readonly connector: NetworkConnector
}

export function snapshotTaker({ logins, connector }: FreshSnapshotParts): FreshSnapshot {
  return async (chat, seenBy) => {
    const id = chat.receiver ?? seenBy
    const login = id === undefined ? undefined : logins.get(id)
    const client = login?.client ?? connector.handlers.relay?.(chat)
    return await client?.chatSnapshot(chat).catch(() => undefined)
  }
}
