import { DisconnectReason, type BaileysEventMap, type WASocket } from '@whiskeysockets/baileys'

/**
 * Does something on a connection, and waits for it no longer than the connection lasts: where we end it ourselves the library
 * does not notice that no answer will come any more. @throws as the library does when a connection was closed
 */
export async function beforeEnd<T>(socket: WASocket, ask: (socket: WASocket) => Promise<T>): Promise<T> {
  const { ev } = socket
  const ended = Promise.withResolvers<never>()
  const watch = ({ connection }: Partial<BaileysEventMap['connection.update']>): void => {
    if (connection === 'close') ended.reject(connectionClosed())
  }
  ev.on('connection.update', watch)
  try {
    return await Promise.race([ask(socket), ended.promise])
  } finally {
    ev.off('connection.update', watch)
  }
}

/** As the library says it. */
export function connectionClosed(): Error {
  const output = { statusCode: DisconnectReason.connectionClosed }
  return Object.assign(new Error('the connection has ended'), { output })
}
