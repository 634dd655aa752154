import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { RemoteEvent } from '../../network/remote-event.ts'

/** The transaction id under which an event of the network is sent, made of chat and id, so that a repeat is the same event. */
export function eventTxnId(connector: NetworkConnector, { chat, id, idBy, formerId }: RemoteEvent): string {
  const whose = idBy === undefined ? [] : [idBy]
  return txnIdOf(connector.info.id, chat.chat, chat.receiver ?? '', formerId ?? id, ...whose)
}
