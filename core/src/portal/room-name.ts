import type { BridgeContext } from '../bridge-context.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { aliasOf } from './alias-of.ts'
import { hasPublicName } from './room-form.ts'

/** What a client makes a link of, with the room's own name where the alias would say nothing to anybody. */
export function roomName(context: BridgeContext, { chat, roomId }: PortalRecord): string {
  if (roomId === undefined || hasPublicName(context, chat)) return aliasOf(context, chat)
  return `https://matrix.to/#/${encodeURIComponent(roomId)}?via=${context.serverName}`
}
