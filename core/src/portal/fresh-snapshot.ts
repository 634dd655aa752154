import type { BridgeContext } from '../bridge-context.ts'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import type { LoginId } from '../network/ids.ts'

/** How a chat is now, by the login that is named or by whoever sees it; undefined where nobody can say. */
export async function freshSnapshot(
  { logins, connector }: BridgeContext,
  chat: ChatKey,
  seenBy?: LoginId,
): Promise<ChatSnapshot | undefined> {
  const id = chat.receiver ?? seenBy
  const login = id === undefined ? undefined : logins.get(id)
  const client = login?.client ?? connector.handlers.relay?.(chat)
  return await client?.chatSnapshot(chat).catch(() => undefined)
}
