import type { Socket } from './open-socket.ts'

/** From then on, and for as long as the connection lasts, the server tells of somebody's typing. */
export async function askForTyping(socket: Socket, jid: string): Promise<void> {
  await socket.presenceSubscribe(jid)
}
