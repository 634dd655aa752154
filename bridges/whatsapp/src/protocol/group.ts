import type { GroupMetadata, GroupParticipant } from '@whiskeysockets/baileys'
import type { Socket } from './open-socket.ts'

/** A group as the server describes it. What it leaves out is not there, though the types say so. */
export type { GroupMetadata, GroupParticipant }

export type ParticipantChange = 'add' | 'remove' | 'promote' | 'demote'

export async function setGroupName(socket: Socket, jid: string, name: string): Promise<void> {
  await socket.groupUpdateSubject(jid, name)
}

/** '' takes it away. */
export async function setGroupDescription(socket: Socket, jid: string, text: string): Promise<void> {
  await socket.groupUpdateDescription(jid, text === '' ? undefined : text)
}

/** Returns the server's number for what came of it. */
export async function changeParticipant(
  socket: Socket,
  jid: string,
  { participant, change }: { readonly participant: string; readonly change: ParticipantChange },
): Promise<string | undefined> {
  const [result] = await socket.groupParticipantsUpdate(jid, [participant], change)
  return result?.status
}
