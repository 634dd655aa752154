import type { Relays } from '../login/relays.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { isPersonOfMatrix, type OwnUsers } from '../matrix-side/own-users.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { Portals } from './portals.ts'

/** Was the bot put out of the room, or has it left? */
export function isBotGone({ botUserId }: Pick<OwnUsers, 'botUserId'>, event: ClientEvent): boolean {
  return isGone(event) && event.state_key === botUserId
}

export interface PresenceParts {
  readonly api: MatrixApi
  readonly portals: Portals
  readonly relays: Relays
  readonly connector: NetworkConnector
  readonly ownUsers: OwnUsers
}

/** Has the last person left a room in which a connection of the bridge reads along for them? Nobody hears it any more. */
export async function hasNobodyLeft(parts: PresenceParts, portal: PortalRecord, event: ClientEvent): Promise<boolean> {
  if (!isGone(event)) return false
  const { api, portals, relays, connector, ownUsers } = parts
  const isShared = portal.chat.receiver === undefined && relays.of(portal.chat) !== undefined
  const { applied } = await portals.byNid(portal.nid)
  // That a connection got into a closed chat for somebody gives it no right to go on listening.
  const isKept = applied.joinRule !== 'invite' && connector.handlers.isKept?.(portal.chat) === true
  if (!isShared || isKept) return false
  const present = await api.presentMembers(event.room_id)
  return !present.some((member) => isPersonOfMatrix(ownUsers, member))
}

function isGone({ type, content }: ClientEvent): boolean {
  return type === 'm.room.member' && (content['membership'] === 'leave' || content['membership'] === 'ban')
}
