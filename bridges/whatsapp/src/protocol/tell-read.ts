import type { Socket } from './open-socket.ts'

export interface ReadMessage {
  readonly id: string
  /** In a group: who wrote it. */
  readonly participant: string | undefined
}

/** A receipt names each message that was read, and its author. */
export async function tellRead(socket: Socket, chat: string, messages: readonly ReadMessage[]): Promise<void> {
  const keys = messages.map(({ id, participant }) => ({
    remoteJid: chat,
    id,
    fromMe: false,
    ...(participant !== undefined && { participant }),
  }))
  await socket.readMessages(keys)
}
