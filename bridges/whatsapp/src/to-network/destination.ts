import { isPhone, jidOf, type Jid } from '../ids.ts'
import type { People } from '../people.ts'
import { lidOfNumber } from '../protocol/look-up.ts'
import type { Socket } from '../protocol/open-socket.ts'

/** The address to send to. Sending to the number opens needless sessions, and loses answers among them. */
export async function destination(people: People, socket: Socket, chat: Jid): Promise<Jid> {
  const known = people.idOf(chat)
  if (!isPhone(known)) return known
  const lid = jidOf(await lidOfNumber(socket, known))
  return lid === undefined ? known : (people.learn({ jid: known, alternative: lid }) ?? known)
}
