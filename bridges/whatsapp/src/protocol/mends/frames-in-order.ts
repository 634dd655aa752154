import type { EventEmitter } from 'node:events'
import type { WASocket } from '@whiskeysockets/baileys'

type Receive = (data: unknown) => Promise<void> | void

/**
 * The library inflates a compressed frame while it already hands out the frames behind it, which overtake it. So each is
 * handed to it when it is done with the one before. A frame that cannot be read ends the connection: nothing after it could
 * be read, either.
 */
export function keepFramesInOrder({ ws, end }: Pick<WASocket, 'ws' | 'end'>): void {
  const source = ws as unknown as EventEmitter
  const receivers = source.listeners('message') as Receive[]
  let turn: Promise<void> = Promise.resolve()
  source.removeAllListeners('message')
  source.on('message', (data: unknown) => {
    turn = turn
      .then(async () => {
        // The library takes its listeners away when the connection is over.
        if (source.listenerCount('message') > 0) for (const receive of receivers) await receive(data)
      })
      .catch(async (error: unknown) => {
        await end(error instanceof Error ? error : new Error(String(error)))
      })
  })
}
