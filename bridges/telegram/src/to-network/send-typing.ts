import { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'

/** Tells a chat that the account types, or does so no more. */
export async function sendTyping({ peers, call }: Reader, chat: PeerKey, isTyping: boolean): Promise<void> {
  const action = isTyping ? new Api.SendMessageTypingAction() : new Api.SendMessageCancelAction()
  const peer = await peers.input(chat)
  await call(new Api.messages.SetTyping({ peer, action }))
}
