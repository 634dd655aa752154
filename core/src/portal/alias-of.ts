import { roomAliasOf, type RoomAlias } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { ChatKey } from '../network/chat.ts'

/** Deterministic: by the adapter's spelling where the chat has a public name, else by a hash of the chat's id. */
export function aliasOf(context: BridgeContext, chat: ChatKey): RoomAlias {
  const { connector, serverName } = context
  const suffix = connector.aliasSuffix(chat) ?? `=${txnIdOf('portal', chat.chat, chat.receiver ?? '')}`
  return roomAliasOf(connector.info.aliasPrefix + suffix, serverName)
}
