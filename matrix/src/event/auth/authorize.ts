import type { Crypto } from '../../crypto.ts'
import { serverNameOf } from '../../ids.ts'
import type { RoomVersion } from '../../room-versions.ts'
import { roomIdOfCreate } from '../hash.ts'
import type { AuthEvent, AuthState } from '../pdu.ts'
import { authorizeAliases } from './aliases.ts'
import { authorizeCreate } from './create.ts'
import { levelSource } from './levels.ts'
import type { LevelSource } from './levels.ts'
import { authorizeMember } from './member.ts'
import { authorizePowerLevels } from './power-levels.ts'
import { authorizeRedaction } from './redaction.ts'
import { membershipOf, reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'
import { authorizeSending } from './sending.ts'
import { authorizeThirdPartyInviteEvent } from './third-party-invite-event.ts'

/**
 * The authorisation rules of a room version, against one room state: the state before the event, the state its auth
 * events make up, or the current state. What `auth_events` may list is checked apart, by `checkAuthEvents`, and so are
 * signatures; `verify` is only asked about third-party invites, which are refused without it.
 * https://spec.matrix.org/v1.19/server-server-api/#authorization-rules
 *
 * @throws MatrixError M_FORBIDDEN whose message names the rule
 */
export function authorize(
  event: EventToAuthorize,
  version: RoomVersion,
  state: AuthState,
  verify?: Crypto['verify'],
): void {
  if (event.type === 'm.room.create') return authorizeCreate(event, version)
  const levels = levelSource(state, version)
  checkRoom(event, version, levels.create)
  if (event.type === 'm.room.aliases' && version.aliasRule) return authorizeAliases(event)
  if (event.type === 'm.room.member') return authorizeMember({ event, version, state, levels, verify })
  if (membershipOf(state, event.sender) !== 'join') reject('membership', 'the sender is not in the room')
  authorizeByType(event, levels)
}

function authorizeByType(event: EventToAuthorize, levels: LevelSource): void {
  if (event.type === 'm.room.third_party_invite') return authorizeThirdPartyInviteEvent(event, levels)
  authorizeSending(event, levels)
  if (event.type === 'm.room.power_levels') authorizePowerLevels(event, levels)
  if (event.type === 'm.room.redaction' && levels.version.redactionRule) authorizeRedaction(event, levels)
}

/** The event belongs to the room of this state, and the room lets its server in. */
function checkRoom(event: EventToAuthorize, version: RoomVersion, create: AuthEvent | undefined): void {
  if (create === undefined) reject('m.room.create', 'the room has none')
  if (event.room_id !== roomIdOf(create, version)) reject('room_id', 'the event is of another room')
  if (create.content['m.federate'] === false && serverNameOf(create.sender) !== serverNameOf(event.sender)) {
    reject('m.federate', 'the room is closed to other servers')
  }
}

function roomIdOf(create: AuthEvent, version: RoomVersion): string | undefined {
  if (!version.roomIdIsCreateHash) return create.room_id
  if (create.event_id === undefined) throw new TypeError('authorize: m.room.create was given without its event_id')
  return roomIdOfCreate(create.event_id)
}
