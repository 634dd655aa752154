import type { GroupMetadata } from '@whiskeysockets/baileys'
import type { Socket } from './open-socket.ts'

/** What the server says of a group now. */
export async function askForGroup(socket: Socket, jid: string): Promise<GroupMetadata> {
  return await socket.groupMetadata(jid)
}
