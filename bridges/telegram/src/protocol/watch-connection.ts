import type { TelegramClient } from 'telegram'
import { Raw } from 'telegram/events/index.js'
import { UpdateConnectionState } from 'telegram/network/index.js'

/** `broken`: the server does not know the key any more, and the client has ended without saying more. */
export type ConnectionState = 'connected' | 'disconnected' | 'broken'

/** Tells of the connection's changes. To be called once the client knows who it is: before that it asks at every change. */
export function watchConnection(client: TelegramClient, onState: (state: ConnectionState) => void): void {
  const names = new Map<number, ConnectionState>([
    [UpdateConnectionState.connected, 'connected'],
    [UpdateConnectionState.disconnected, 'disconnected'],
    [UpdateConnectionState.broken, 'broken'],
  ])
  client.addEventHandler(
    (update: UpdateConnectionState) => {
      const state = names.get(update.state)
      if (state !== undefined) onState(state)
    },
    new Raw({ types: [UpdateConnectionState] }),
  )
}
