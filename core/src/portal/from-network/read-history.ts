import { saysNothing } from '../../document/says-nothing.ts'
import type { Aliases } from '../../identity/aliases.ts'
import { journalKey } from '../../identity/journal-key.ts'
import type { Logins } from '../../login/logins.ts'
import { cleanEvent } from '../../network/clean-event.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import type { RemoteEvent, RemoteMessage } from '../../network/remote-event.ts'
import type { BridgeSettings } from '../../settings.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import { isKnown, type IsKnownParts } from './is-known.ts'

/** What a network has of a chat from before its first event, without what is in the room already. */
export type ReadHistory = (portal: PortalRecord, first: RemoteEvent) => Promise<readonly RemoteMessage[]>

export interface ReadHistoryParts extends AskingParts, IsKnownParts {
  readonly settings: BridgeSettings
}

interface AskingParts {
  readonly connector: NetworkConnector
  readonly logins: Logins
}

export function historyReader(parts: ReadHistoryParts): ReadHistory {
  return async (portal, first) => await readHistory(parts, portal, first)
}

async function readHistory(
  parts: ReadHistoryParts,
  portal: PortalRecord,
  first: RemoteEvent,
): Promise<RemoteMessage[]> {
  const limit = parts.settings.initial_history
  const client = clientFor(parts, portal, first)
  if (limit === 0 || portal.isPlumbed || client?.handlers.history === undefined) return []
  const before =
    first.kind === 'message' ? { before: first.id, ...(first.idBy !== undefined && { beforeBy: first.idBy }) } : {}
  const messages = await client.handlers.history({ chat: portal.chat, limit, ...before })
  const unknown: RemoteMessage[] = []
  for (const given of messages.slice(-limit)) {
    const message = cleanEvent(given) as RemoteMessage
    if (
      saysNothing(message.document) ||
      isSame(parts.aliases, message, first) ||
      (await isKnown(parts, portal, message))
    )
      continue
    unknown.push(message)
  }
  return unknown
}

function isSame(aliases: Aliases, one: RemoteEvent, other: RemoteEvent): boolean {
  return journalKey(aliases, one) === journalKey(aliases, other)
}

function clientFor(parts: AskingParts, { chat }: PortalRecord, first: RemoteEvent): NetworkClient | undefined {
  const login = first.login ?? chat.receiver
  return (login && parts.logins.get(login)?.client) ?? parts.connector.handlers.relay?.(chat)
}
