import type { RemoteUser } from '../network/chat.ts'
import type { NetworkClient } from '../network/network-client.ts'

/** Is that remote person the one behind a connection, under whichever of their ids? */
export function isPerson(client: NetworkClient, { id, aliases }: Pick<RemoteUser, 'id' | 'aliases'>): boolean {
  return client.isSelf(id) || aliases?.some((alias) => client.isSelf(alias)) === true
}
