import type { ChatKey, RemoteMessageId } from '@pons/core'
import { chatName } from '../chat-name.ts'
import type { IrcContext } from '../irc-context.ts'

/** Takes note of the id under which the network has a line of ours. */
export function confirm(
  irc: IrcContext,
  chat: ChatKey,
  remoteId: RemoteMessageId | undefined,
): { remoteId?: RemoteMessageId } {
  if (remoteId === undefined) return {}
  irc.network.ownLines.claim(remoteId)
  irc.network.lastConfirmed.set(chatName(chat), remoteId)
  return { remoteId }
}
