import type { PortalRecord } from '../storage/portal-store.ts'
import { aliasOf, type Naming } from './alias-of.ts'
import { hasPublicName } from './room-form.ts'

/** What a client makes a link of, with the room's own name where the alias would say nothing to anybody. */
export function roomName(naming: Naming, { chat, roomId }: PortalRecord): string {
  if (roomId === undefined || hasPublicName(naming.connector, chat)) return aliasOf(naming, chat)
  return `https://matrix.to/#/${encodeURIComponent(roomId)}?via=${naming.serverName}`
}
