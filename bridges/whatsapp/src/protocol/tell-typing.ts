import type { Socket } from './open-socket.ts'

/** Tells a chat that somebody types, or does so no more. */
export async function tellTyping(socket: Socket, to: string, isTyping: boolean): Promise<void> {
  await socket.sendPresenceUpdate(isTyping ? 'composing' : 'paused', to)
}
