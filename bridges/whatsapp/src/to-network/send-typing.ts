import type { Jid } from '../ids.ts'
import type { People } from '../people.ts'
import type { Socket } from '../protocol/open-socket.ts'
import { tellTyping } from '../protocol/tell-typing.ts'
import { destination } from './destination.ts'

/** Tells a chat that the account types, or does so no more, where there is a connection now. */
export async function sendTyping(
  { socket, people }: { readonly socket: Socket | undefined; readonly people: People },
  chat: Jid,
  isTyping: boolean,
): Promise<void> {
  if (socket === undefined) return
  await tellTyping(socket, await destination(people, socket, chat), isTyping)
}
