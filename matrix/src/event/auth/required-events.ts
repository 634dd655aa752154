import { isUserId } from '../../ids.ts'
import { isJsonObject } from '../../json-value.ts'
import type { JsonValue } from '../../json-value.ts'
import type { RoomVersion } from '../../room-versions.ts'
import type { AuthEvent, Pdu } from '../pdu.ts'
import { reject } from './reject.ts'

export type StateKey = readonly [type: string, stateKey: string]
type Selecting = Pick<AuthEvent, 'type' | 'sender' | 'content' | 'state_key'>

/** An event named by `auth_events`, and what became of it here. */
export interface CitedAuthEvent extends Pick<Pdu, 'type' | 'state_key' | 'room_id'> {
  readonly isRejected?: boolean
}

const create: StateKey = ['m.room.create', '']
const powerLevels: StateKey = ['m.room.power_levels', '']
const joinRules: StateKey = ['m.room.join_rules', '']

/**
 * The state that an event must cite as `auth_events`, where the room has it. Each key comes once.
 * https://spec.matrix.org/v1.19/server-server-api/#auth-events-selection
 */
export function authStateKeys(event: Selecting, version: RoomVersion): StateKey[] {
  if (event.type === 'm.room.create') return []
  const keys: StateKey[] = version.roomIdIsCreateHash ? [powerLevels] : [create, powerLevels]
  keys.push(['m.room.member', event.sender])
  if (event.type === 'm.room.member') addMemberKeys(event, version, keys)
  return keys
}

/**
 * The rules about an event's `auth_events` list itself, the first step for an event that was received.
 *
 * @throws MatrixError M_FORBIDDEN
 */
export function checkAuthEvents(event: Pdu, version: RoomVersion, cited: readonly CitedAuthEvent[]): void {
  const allowed = new Set(authStateKeys(event, version).map(asText))
  const seen = new Set<string>()
  for (const authEvent of cited) {
    const key = authEvent.state_key === undefined ? undefined : asText([authEvent.type, authEvent.state_key])
    if (key === undefined || !allowed.has(key)) reject('auth_events', `${authEvent.type} has no place there`)
    if (seen.has(key)) reject('auth_events', `${authEvent.type} is there twice`)
    if (authEvent.isRejected) reject('auth_events', `a rejected ${authEvent.type} is there`)
    if (authEvent.room_id !== event.room_id) reject('auth_events', `${authEvent.type} is of another room`)
    seen.add(key)
  }
  const needsCreate = !version.roomIdIsCreateHash && event.type !== 'm.room.create'
  if (needsCreate && !seen.has(asText(create))) reject('auth_events', 'm.room.create is missing')
}

function addMemberKeys(event: Selecting, version: RoomVersion, keys: StateKey[]): void {
  const { membership } = event.content
  if (event.state_key !== undefined && event.state_key !== event.sender) keys.push(['m.room.member', event.state_key])
  if (membership === 'join' || membership === 'invite' || membership === 'knock') keys.push(joinRules)
  if (membership === 'invite') {
    const token = inviteToken(event.content['third_party_invite'])
    if (token !== undefined) keys.push(['m.room.third_party_invite', token])
  }
  const authoriser = event.content['join_authorised_via_users_server']
  if (version.restrictedJoin && isUserId(authoriser)) addMember(authoriser, keys)
}

function addMember(userId: string, keys: StateKey[]): void {
  if (!keys.some(([type, stateKey]) => type === 'm.room.member' && stateKey === userId)) {
    keys.push(['m.room.member', userId])
  }
}

function inviteToken(invite: JsonValue | undefined): string | undefined {
  const signed = isJsonObject(invite) ? invite['signed'] : undefined
  const token = isJsonObject(signed) ? signed['token'] : undefined
  return typeof token === 'string' ? token : undefined
}

function asText([type, stateKey]: StateKey): string {
  return `${type}\0${stateKey}`
}
