import assert from 'node:assert/strict'

import { authorize, roomVersion } from '../../../src/index.ts'
import type { AuthEvent, RoomId } from '../../../src/index.ts'
import { creator, describeRules, eventIn, member, roomState } from './room.ts'

const topic = { type: 'm.room.topic', state_key: '', sender: '@mod:one' as AuthEvent['sender'] }
const remote = '@remote:two' as AuthEvent['sender']

describeRules('any event', [
  { name: 'is allowed to a member', event: { type: 'm.room.message' } },
  { name: 'is refused without a create event', state: { 'm.room.create': null }, event: topic, refused: /create/ },
  {
    name: 'is refused in another room',
    event: { ...topic, room_id: '!other:one' as RoomId },
    refused: /another room/,
  },
  {
    name: "is refused to other servers' users in a closed room",
    state: { 'm.room.create': { 'm.federate': false, creator } },
    event: { type: 'm.room.message', sender: remote },
    refused: /other servers/,
  },
  {
    name: 'is allowed to own users in a closed room',
    state: { 'm.room.create': { 'm.federate': false, creator } },
    event: { type: 'm.room.message' },
  },
  { name: "is allowed to other servers' users", event: { type: 'm.room.message', sender: remote } },
  ...['@invited:one', '@left:one', '@banned:one', '@knocker:one', '@stranger:one'].map((sender) => ({
    name: `is refused to ${sender}`,
    event: { type: 'm.room.message', sender: sender as AuthEvent['sender'] },
    refused: /membership/,
  })),
  { name: 'with a state key takes the state level', event: { ...topic, sender: remote }, refused: /takes level 50/ },
  { name: 'with a state key is allowed at the state level', event: topic },
  {
    name: 'is held to the level of its type',
    state: { 'm.room.power_levels': { users: { '@mod:one': 50 }, events: { 'm.room.topic': 51 } } },
    event: topic,
    refused: /takes level 51/,
  },
  {
    name: 'is held to events_default',
    state: { 'm.room.power_levels': { events_default: 1 } },
    event: { type: 'm.room.message' },
    refused: /takes level 1/,
  },
  {
    name: 'is not confused by a type named like a property of all objects',
    event: { type: 'constructor' },
  },
  {
    name: 'takes level 50 for state while there are no power levels',
    state: { 'm.room.power_levels': null },
    event: topic,
    refused: /takes level 50/,
  },
  {
    name: 'is allowed to the creator while there are no power levels',
    state: { 'm.room.power_levels': null },
    event: { ...topic, sender: creator as AuthEvent['sender'] },
  },
  {
    name: 'may have the own id as state key',
    state: { 'm.room.power_levels': { state_default: 0 } },
    event: { type: 'x.location', state_key: '@user:one' },
  },
  {
    name: "may not have another user's id as state key",
    event: { type: 'x.location', state_key: '@user:one', sender: '@mod:one' as AuthEvent['sender'] },
    refused: /state_key/,
  },
])

describeRules('m.room.aliases', [
  {
    name: "is allowed under the sender's server, even to strangers",
    versions: ['1', '5'],
    event: { type: 'm.room.aliases', state_key: 'two', sender: '@stranger:two' as AuthEvent['sender'] },
  },
  {
    name: 'is refused without state key',
    versions: ['1', '5'],
    event: { type: 'm.room.aliases' },
    refused: /no state_key/,
  },
  {
    name: 'is refused under another server',
    versions: ['1', '5'],
    event: { type: 'm.room.aliases', state_key: 'two' },
    refused: /not the sender's server/,
  },
  {
    name: 'has no rule of its own any more',
    versions: ['6', '12'],
    event: { type: 'm.room.aliases', state_key: 'one' },
    refused: /takes level 50/,
  },
])

describeRules('m.room.third_party_invite', [
  {
    name: 'is allowed at the invite level',
    event: { type: 'm.room.third_party_invite', state_key: 't', sender: '@mod:one' as AuthEvent['sender'] },
  },
  {
    name: 'is refused below the invite level',
    event: { type: 'm.room.third_party_invite', state_key: 't' },
    refused: /may not invite/,
  },
  {
    name: 'is not held to the state level',
    state: { 'm.room.power_levels': { invite: 0, state_default: 50 } },
    event: { type: 'm.room.third_party_invite', state_key: 't' },
  },
])

describe('authorize', () => {
  it('says so when the create event comes without the id it needs', () => {
    for (const id of ['11', '12']) {
      const version = roomVersion(id)
      const state = roomState(version)
      const { event_id: _, ...create } = state.get('m.room.create', '')!
      const idless = { get: (type: string, key: string) => (type === 'm.room.create' ? create : state.get(type, key)) }
      const event = eventIn(version, member('join', [creator, creator]))
      assert.throws(() => authorize(event, version, idless), TypeError)
    }
  })
})
