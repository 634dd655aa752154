import type { ChatKey } from '@pons/core'

/** Under what name a chat is told from others here: its lane, and what was confirmed in it. */
export function chatName(chat: ChatKey): string {
  return chat.receiver === undefined ? chat.chat : `${chat.chat} ${chat.receiver}`
}
