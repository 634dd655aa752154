import type { ReceiptIntent } from '@pons/core'
import { jidOfChat, jidOfUser } from '../ids.ts'
import type { People } from '../people.ts'
import type { Socket } from '../protocol/open-socket.ts'
import { tellRead } from '../protocol/tell-read.ts'
import type { Unread } from '../unread.ts'

export interface SendReceiptParts {
  /** undefined: not connected now. */
  readonly socket: Socket | undefined
  readonly people: People
  readonly unread: Unread
}

/** Tells WhatsApp which messages are read, of those that nobody has told it of. */
export async function sendReceipt(
  { socket, people, unread }: SendReceiptParts,
  { chat, upTo, upToAuthor }: ReceiptIntent,
): Promise<void> {
  const jid = jidOfChat(chat)
  const author = upToAuthor && people.idOf(jidOfUser(upToAuthor))
  const messages = unread.takeUpTo(jid, upTo, author)
  if (messages.length === 0 || socket === undefined) return
  await tellRead(socket, jid, messages)
}
