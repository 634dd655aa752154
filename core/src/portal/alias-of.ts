import { roomAliasOf, type RoomAlias, type ServerName } from '@pons/matrix'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { ChatKey } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'

/** What the addresses of a chat's room are made of. */
export interface Naming {
  readonly connector: NetworkConnector
  readonly serverName: ServerName
}

/** Deterministic: by the adapter's spelling where the chat has a public name, else by a hash of the chat's id. */
export function aliasOf({ connector, serverName }: Naming, chat: ChatKey): RoomAlias {
  const suffix = connector.aliasSuffix(chat) ?? `=${txnIdOf('portal', chat.chat, chat.receiver ?? '')}`
  return roomAliasOf(connector.info.aliasPrefix + suffix, serverName)
}
