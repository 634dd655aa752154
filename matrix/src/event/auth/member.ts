import type { Crypto } from '../../crypto.ts'
import { isUserId } from '../../ids.ts'
import type { UserId } from '../../ids.ts'
import type { RoomVersion } from '../../room-versions.ts'
import { referencedId } from '../pdu.ts'
import type { AuthState } from '../pdu.ts'
import { creatorsOf, namedLevel, userLevel } from './levels.ts'
import type { LevelSource } from './levels.ts'
import { membershipOf, reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'
import { authorizeThirdPartyInvite } from './third-party-invite.ts'

export interface MemberCheck {
  readonly event: EventToAuthorize
  readonly version: RoomVersion
  readonly state: AuthState
  readonly levels: LevelSource
  readonly verify: Crypto['verify'] | undefined
}

const checks: Readonly<Record<string, (check: MemberCheck, target: UserId) => void>> = {
  join: authorizeJoin,
  invite: authorizeInvite,
  leave: authorizeLeave,
  ban: authorizeBan,
  knock: authorizeKnock,
}

/** The rules for `m.room.member`. That an authorising server has signed is checked with the other signatures. */
export function authorizeMember(check: MemberCheck): void {
  const { event, version } = check
  const membership = event.content['membership']
  if (event.state_key === undefined) reject('m.room.member', 'it has no state_key')
  if (typeof membership !== 'string') reject('m.room.member', 'it has no membership')
  const isKnown = Object.hasOwn(checks, membership) && (membership !== 'knock' || version.knock)
  if (!isKnown) reject('m.room.member', 'its membership is not known')
  const authoriser = event.content['join_authorised_via_users_server']
  if (version.restrictedJoin && authoriser !== undefined && !isUserId(authoriser)) {
    reject('m.room.member', 'join_authorised_via_users_server is not a user id')
  }
  checks[membership]!(check, event.state_key as UserId)
}

function authorizeJoin({ event, version, state, levels }: MemberCheck, target: UserId): void {
  if (isFirstJoin({ event, version, levels }, target)) return
  if (event.sender !== target) reject('m.room.member join', 'the sender is not the one who joins')
  const membership = membershipOf(state, target)
  if (membership === 'ban') reject('m.room.member join', 'the user is banned')
  const rule = joinRule(state)
  if (rule === 'public') return
  const isExpected = membership === 'invite' || membership === 'join'
  if (isExpected && (rule === 'invite' || (rule === 'knock' && version.knock))) return
  if (!isRestricted(rule, version)) reject('m.room.member join', `the join rule ${JSON.stringify(rule)} forbids it`)
  if (!isExpected) checkAuthoriser(event, state, levels)
}

/** The creator's own join right after the create event, before any join rule exists. */
function isFirstJoin({ event, version, levels }: Pick<MemberCheck, 'event' | 'version' | 'levels'>, target: UserId) {
  const { create } = levels
  const previous = event.prev_events[0]
  if (event.prev_events.length !== 1 || previous === undefined || create === undefined) return false
  if (creatorsOf(create, version)[0] !== target) return false
  if (create.event_id === undefined) throw new TypeError('authorize: m.room.create was given without its event_id')
  return referencedId(previous) === create.event_id
}

function checkAuthoriser(event: EventToAuthorize, state: AuthState, levels: LevelSource): void {
  const rule = 'm.room.member restricted join'
  const authoriser = event.content['join_authorised_via_users_server']
  if (!isUserId(authoriser)) reject(rule, 'nobody authorises it')
  if (membershipOf(state, authoriser) !== 'join') reject(rule, 'the authorising user is not in the room')
  if (userLevel(levels, authoriser) < namedLevel(levels, 'invite')) reject(rule, 'the authorising user may not invite')
}

function authorizeInvite(check: MemberCheck, target: UserId): void {
  const { event, state, levels, verify } = check
  if (event.content['third_party_invite'] !== undefined) {
    authorizeThirdPartyInvite({ event, state, verify }, target)
    return
  }
  requireJoined(check, 'm.room.member invite')
  const membership = membershipOf(state, target)
  if (membership === 'join') reject('m.room.member invite', 'the user is in the room already')
  if (membership === 'ban') reject('m.room.member invite', 'the user is banned')
  requireLevel(levels, event.sender, 'invite')
}

function authorizeLeave(check: MemberCheck, target: UserId): void {
  const { event, version, state, levels } = check
  const membership = membershipOf(state, target)
  if (event.sender === target) {
    const mayLeave = membership === 'join' || membership === 'invite' || (membership === 'knock' && version.knock)
    if (!mayLeave) reject('m.room.member leave', 'the user is not in the room')
    return
  }
  requireJoined(check, 'm.room.member kick')
  if (membership === 'ban') requireLevel(levels, event.sender, 'ban')
  requireLevel(levels, event.sender, 'kick')
  requireHigher(levels, event.sender, target)
}

function authorizeBan(check: MemberCheck, target: UserId): void {
  requireJoined(check, 'm.room.member ban')
  requireLevel(check.levels, check.event.sender, 'ban')
  requireHigher(check.levels, check.event.sender, target)
}

function authorizeKnock({ event, version, state }: MemberCheck, target: UserId): void {
  const rule = joinRule(state)
  if (rule !== 'knock' && !(rule === 'knock_restricted' && version.knockRestricted)) {
    reject('m.room.member knock', `the join rule ${JSON.stringify(rule)} forbids it`)
  }
  if (event.sender !== target) reject('m.room.member knock', 'the sender is not the one who knocks')
  const membership = membershipOf(state, target)
  if (membership === 'ban' || membership === 'invite' || membership === 'join') {
    reject('m.room.member knock', `the membership is ${membership} already`)
  }
}

function isRestricted(rule: unknown, version: RoomVersion): boolean {
  if (rule === 'restricted') return version.restrictedJoin
  return rule === 'knock_restricted' && version.knockRestricted
}

function joinRule(state: AuthState): unknown {
  return state.get('m.room.join_rules', '')?.content['join_rule'] ?? 'invite'
}

function requireJoined({ event, state }: MemberCheck, rule: string): void {
  if (membershipOf(state, event.sender) !== 'join') reject(rule, 'the sender is not in the room')
}

function requireLevel(levels: LevelSource, sender: UserId, action: 'ban' | 'kick' | 'invite'): void {
  const needed = namedLevel(levels, action)
  const level = userLevel(levels, sender)
  if (level < needed) reject(`m.room.member ${action}`, `it takes level ${needed}, the sender has ${level}`)
}

function requireHigher(levels: LevelSource, sender: UserId, target: UserId): void {
  if (userLevel(levels, target) >= userLevel(levels, sender)) {
    reject('m.room.member kick or ban', 'the target has the same or a higher level')
  }
}
