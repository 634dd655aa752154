// A small room for the rule tables: some members, their levels, and a way to change one thing at a time.
import assert from 'node:assert/strict'

import { MatrixError, authorize, roomVersion, supportedRoomVersions } from '../../../src/index.ts'
import type {
  AuthEvent,
  AuthState,
  Crypto,
  EventId,
  EventToAuthorize,
  JsonObject,
  RoomVersion,
  RoomVersionId,
} from '../../../src/index.ts'

export const creator = '@creator:one'
const createId = '$create'

/** State events by `type` (state key '') or `type state-key`; null takes one away. */
export type StateChanges = Record<string, JsonObject | null>

export interface RuleCase {
  readonly name: string
  /** First and last room version the case is about; all of them by default. */
  readonly versions?: readonly [RoomVersionId, RoomVersionId]
  readonly state?: StateChanges
  readonly event: Partial<EventToAuthorize> & { type: string }
  /** What the refusal says; allowed when left out. */
  readonly refused?: RegExp
  readonly verify?: Crypto['verify']
}

const levels = { users: { '@admin:one': 100, '@mod:one': 50 }, invite: 10 }

const members: StateChanges = {
  'm.room.member @creator:one': { membership: 'join' },
  'm.room.member @admin:one': { membership: 'join' },
  'm.room.member @mod:one': { membership: 'join' },
  'm.room.member @user:one': { membership: 'join' },
  'm.room.member @remote:two': { membership: 'join' },
  'm.room.member @invited:one': { membership: 'invite' },
  'm.room.member @knocker:one': { membership: 'knock' },
  'm.room.member @left:one': { membership: 'leave' },
  'm.room.member @banned:one': { membership: 'ban' },
}

/** Creator and members as above; the creator has level 100 before version 12, and stands above all levels since. */
export function roomState(version: RoomVersion, changes: StateChanges = {}): AuthState {
  const users = version.privilegedCreators ? levels.users : { ...levels.users, [creator]: 100 }
  const contents: StateChanges = {
    'm.room.create': { room_version: version.id, ...(!version.creatorIsSender && { creator }) },
    'm.room.join_rules': { join_rule: 'invite' },
    'm.room.power_levels': { ...levels, users },
    ...members,
    ...changes,
  }
  const state = new Map<string, AuthEvent>()
  for (const [key, content] of Object.entries(contents)) {
    if (content === null) continue
    const [type = '', stateKey = ''] = key.split(' ')
    state.set(`${type} ${stateKey}`, stateEvent(type, stateKey, content, version))
  }
  return { get: (type, stateKey) => state.get(`${type} ${stateKey}`) }
}

function stateEvent(type: string, stateKey: string, content: JsonObject, version: RoomVersion): AuthEvent {
  const hasRoomId = type !== 'm.room.create' || !version.roomIdIsCreateHash
  const sender = (content['test.sender'] ?? creator) as AuthEvent['sender']
  return {
    type,
    state_key: stateKey,
    sender,
    content,
    ...(hasRoomId && { room_id: roomIdOf(version) }),
    event_id: (type === 'm.room.create' ? createId : `$${type}${stateKey}`) as EventId,
  }
}

export function roomIdOf(version: RoomVersion): NonNullable<AuthEvent['room_id']> {
  return (version.roomIdIsCreateHash ? `!${createId.slice(1)}` : '!room:one') as NonNullable<AuthEvent['room_id']>
}

/** Fills in what a case leaves out: an event of `@user:one` after some other event. */
export function eventIn(version: RoomVersion, event: RuleCase['event']): EventToAuthorize {
  return {
    sender: '@user:one' as EventToAuthorize['sender'],
    content: {},
    prev_events: ['$previous' as EventId],
    room_id: roomIdOf(version),
    ...event,
  }
}

/** One test for every room version that each case is about. */
export function describeRules(title: string, cases: readonly RuleCase[]): void {
  describe(title, () => {
    for (const ruleCase of cases) {
      for (const id of versionsOf(ruleCase)) it(`${ruleCase.name} (version ${id})`, () => runCase(ruleCase, id))
    }
  })
}

function runCase({ state, event, refused, verify }: RuleCase, id: RoomVersionId): void {
  const version = roomVersion(id)
  const check = () => authorize(eventIn(version, event), version, roomState(version, state), verify)
  if (refused === undefined) return check()
  assert.throws(check, (error) => {
    assert(error instanceof MatrixError)
    assert.equal(error.errcode, 'M_FORBIDDEN')
    assert.match(error.message, refused)
    return true
  })
}

function versionsOf({ versions: [first, last] = ['1', '12'] }: RuleCase): RoomVersionId[] {
  return supportedRoomVersions.filter((id) => Number(id) >= Number(first) && Number(id) <= Number(last))
}

export function member(
  membership: string,
  [sender, target]: readonly [string, string],
  content: JsonObject = {},
): RuleCase['event'] {
  return {
    type: 'm.room.member',
    sender: sender as AuthEvent['sender'],
    state_key: target,
    content: { membership, ...content },
  }
}
