import type { Socket } from './open-socket.ts'

/** Whether a number has an account, and under which addresses; undefined for nobody. One question to the server. */
export async function lookUpNumber(
  socket: Socket,
  digits: string,
): Promise<{ readonly jid: string; readonly lid: string | undefined } | undefined> {
  const [found] = (await socket.onWhatsApp(digits)) ?? []
  if (found?.exists !== true) return undefined
  return { jid: found.jid, lid: await lidOfNumber(socket, found.jid) }
}

/** The opaque id behind a phone number's address; asks the server where that was never told. */
export async function lidOfNumber(socket: Socket, jid: string): Promise<string | undefined> {
  return (await socket.signalRepository.lidMapping.getLIDForPN(jid)) ?? undefined
}
