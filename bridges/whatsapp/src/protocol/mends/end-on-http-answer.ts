import type { WASocket } from '@whiskeysockets/baileys'

/** The library asks to be told of an answer that is no WebSocket, such as a proxy's, and then waits on. */
export function endOnHttpAnswer({ ws, end }: Pick<WASocket, 'ws' | 'end'>): void {
  ws.on('unexpected-response', (_request: unknown, response: { readonly statusCode?: number }) => {
    void end(new Error(`Unexpected server response: ${response.statusCode}`))
  })
}
