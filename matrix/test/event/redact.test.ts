import assert from 'node:assert/strict'

import { redact, redactContent, roomVersion, supportedRoomVersions } from '../../src/index.ts'
import type { JsonObject, Pdu, RoomVersionId } from '../../src/index.ts'

interface ContentCase {
  readonly type: string
  readonly given: JsonObject
  /** What is kept from this version on. */
  readonly kept: Partial<Record<RoomVersionId, JsonObject>>
}

const signed = { mxid: '@a:b', token: 't', signatures: {} }
const cases: ContentCase[] = [
  { type: 'm.room.message', given: { body: 'x', msgtype: 'm.text' }, kept: { 1: {} } },
  {
    type: 'm.room.member',
    given: {
      membership: 'join',
      displayname: 'x',
      join_authorised_via_users_server: '@a:b',
      third_party_invite: { display_name: 'x', signed },
    },
    kept: {
      1: { membership: 'join' },
      9: { membership: 'join', join_authorised_via_users_server: '@a:b' },
      11: { membership: 'join', join_authorised_via_users_server: '@a:b', third_party_invite: { signed } },
    },
  },
  {
    type: 'm.room.create',
    given: { creator: '@a:b', room_version: '1', 'm.federate': false },
    kept: { 1: { creator: '@a:b' }, 11: { creator: '@a:b', room_version: '1', 'm.federate': false } },
  },
  {
    type: 'm.room.join_rules',
    given: { join_rule: 'restricted', allow: [], x: 1 },
    kept: { 1: { join_rule: 'restricted' }, 8: { join_rule: 'restricted', allow: [] } },
  },
  {
    type: 'm.room.power_levels',
    given: {
      ban: 1,
      events: {},
      events_default: 1,
      invite: 9,
      kick: 1,
      notifications: {},
      redact: 1,
      state_default: 1,
      users: {},
      users_default: 1,
    },
    kept: {
      1: { ban: 1, events: {}, events_default: 1, kick: 1, redact: 1, state_default: 1, users: {}, users_default: 1 },
      11: {
        ban: 1,
        events: {},
        events_default: 1,
        invite: 9,
        kick: 1,
        redact: 1,
        state_default: 1,
        users: {},
        users_default: 1,
      },
    },
  },
  { type: 'm.room.aliases', given: { aliases: ['#a:b'], x: 1 }, kept: { 1: { aliases: ['#a:b'] }, 6: {} } },
  {
    type: 'm.room.history_visibility',
    given: { history_visibility: 'shared', x: 1 },
    kept: { 1: { history_visibility: 'shared' } },
  },
  { type: 'm.room.redaction', given: { redacts: '$a', reason: 'x' }, kept: { 1: {}, 11: { redacts: '$a' } } },
  { type: 'constructor', given: { name: 'x' }, kept: { 1: {} } },
]

describe('redact', () => {
  for (const { type, given, kept } of cases) {
    let expected: JsonObject = {}
    for (const id of supportedRoomVersions) {
      const content = (expected = kept[id] ?? expected)
      it(`keeps ${Object.keys(content).join(', ') || 'nothing'} of ${type} in version ${id}`, () => {
        assert.deepEqual(redactContent(type, given, roomVersion(id)), content)
      })
    }
  }

  const pdu = {
    auth_events: [],
    content: { body: 'x' },
    depth: 1,
    event_id: '$e:s',
    hashes: { sha256: 'h' },
    membership: 'join',
    origin: 's',
    origin_server_ts: 1,
    prev_events: [],
    prev_state: [],
    redacts: '$r:s',
    room_id: '!r:s',
    sender: '@u:s',
    signatures: {},
    state_key: '',
    type: 'm.room.topic',
    unsigned: { age: 1 },
    unknown: 1,
  } as unknown as Pdu

  const protectedBefore11 = (
    'auth_events content depth event_id hashes membership origin origin_server_ts ' +
    'prev_events prev_state room_id sender signatures state_key type'
  ).split(' ')
  for (const id of supportedRoomVersions) {
    it(`protects the right members of an event in version ${id}`, () => {
      const expected =
        Number(id) < 11
          ? protectedBefore11
          : protectedBefore11.filter((key) => !['membership', 'origin', 'prev_state'].includes(key))
      assert.deepEqual(Object.keys(redact(pdu, roomVersion(id))).sort(), expected)
    })
  }

  it('gives no place to what the event does not have', () => {
    const { state_key: _stateKey, ...message } = pdu
    for (const id of supportedRoomVersions)
      assert.ok(!Object.hasOwn(redact(message as Pdu, roomVersion(id)), 'state_key'), id)
  })

  it('keeps the signed invite of a member, and of nothing else', () => {
    const invite = { third_party_invite: { signed: { token: 't' }, display_name: 'x' } }
    const kept = { third_party_invite: { signed: { token: 't' } } }
    assert.deepEqual(redactContent('m.room.member', invite, roomVersion('11')), kept)
    assert.deepEqual(redactContent('m.room.join_rules', invite, roomVersion('11')), {})
  })

  it('leaves the event it was given alone', () => {
    const before = structuredClone(pdu)
    redact(pdu, roomVersion('11'))
    assert.deepEqual(pdu, before)
  })

  it('keeps an invite without signed part as an empty object, and drops one that is no object', () => {
    const version = roomVersion('11')
    const keptOf = (third_party_invite: JsonObject | string) =>
      redactContent('m.room.member', { third_party_invite }, version)
    assert.deepEqual(keptOf({ display_name: 'x' }), { third_party_invite: {} })
    assert.deepEqual(keptOf('x'), {})
  })
})
