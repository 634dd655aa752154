import { BridgeError } from '../bridge-error.ts'
import type { NetworkCommand } from '../network/connector.ts'
import type { LoginId } from '../network/ids.ts'
import type { NetworkClient } from '../network/network-client.ts'

/** Connects the logins of whoever says it anew. */
export function reconnectCommand(
  networkName: string,
  description: string,
  clientOf: (login: LoginId) => Pick<NetworkClient, 'connect' | 'disconnect'> | undefined,
): NetworkCommand {
  return {
    name: 'reconnect',
    usage: 'reconnect',
    description,
    async run({ logins }) {
      const clients = logins.flatMap(({ id }) => clientOf(id) ?? [])
      if (clients.length === 0) throw new BridgeError(`You are not logged in to ${networkName}.`)
      for (const client of clients) {
        await client.disconnect()
        await client.connect()
      }
      return 'Connecting again.'
    },
  }
}
