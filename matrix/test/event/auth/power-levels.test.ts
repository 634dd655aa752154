import assert from 'node:assert/strict'

import {
  actionPowerLevel,
  creatorsOf,
  parseUserId,
  powerLevelOf,
  requiredPowerLevel,
  roomVersion,
} from '../../../src/index.ts'
import type { AuthEvent, JsonObject, JsonValue, RoomVersionId } from '../../../src/index.ts'
import { creator, describeRules, roomState } from './room.ts'
import type { RuleCase } from './room.ts'

function change(content: JsonObject, sender = '@mod:one'): RuleCase['event'] {
  return { type: 'm.room.power_levels', state_key: '', sender: sender as AuthEvent['sender'], content }
}

/** The levels before the change: `@mod:one` may send power levels and has 50. */
const base: JsonObject = {
  users: { '@admin:one': 100, '@mod:one': 50, '@helper:one': 50, '@low:one': 20 },
  events: { 'm.room.name': 50, 'm.room.encryption': 100, 'm.room.power_levels': 50 },
  notifications: { room: 50, high: 100 },
  ban: 50,
  kick: 100,
}
const state = { 'm.room.power_levels': base }

interface Edit {
  readonly name: string
  readonly edit: (content: Record<string, JsonObject>) => unknown
  readonly refused?: RegExp
  readonly versions?: readonly [RoomVersionId, RoomVersionId]
}

const edits: Edit[] = [
  { name: 'may stay as it is', edit: () => undefined },
  { name: 'may raise others to the own level', edit: (c) => (c['users']!['@new:one'] = 50) },
  { name: 'may not raise others above the own level', edit: (c) => (c['users']!['@new:one'] = 51), refused: /above/ },
  { name: 'may not raise oneself', edit: (c) => (c['users']!['@mod:one'] = 51), refused: /above the sender/ },
  { name: 'may lower oneself', edit: (c) => (c['users']!['@mod:one'] = 0) },
  { name: 'may take the own entry away', edit: (c) => delete c['users']!['@mod:one'] },
  { name: 'may change those below', edit: (c) => (c['users']!['@low:one'] = 50) },
  { name: 'may take those below away', edit: (c) => delete c['users']!['@low:one'] },
  {
    name: 'may not lower those of the own level',
    edit: (c) => (c['users']!['@helper:one'] = 0),
    refused: /same or a higher/,
  },
  { name: 'may not take those of the own level away', edit: (c) => delete c['users']!['@helper:one'], refused: /same/ },
  { name: 'may not lower those above', edit: (c) => (c['users']!['@admin:one'] = 0), refused: /same or a higher/ },
  { name: 'may change a type of the own level', edit: (c) => (c['events']!['m.room.name'] = 0) },
  { name: 'may add a type at the own level', edit: (c) => (c['events']!['m.room.topic'] = 50) },
  {
    name: 'may not set a type above the own level',
    edit: (c) => (c['events']!['m.room.topic'] = 51),
    refused: /new level/,
  },
  { name: 'may not lower a type above', edit: (c) => (c['events']!['m.room.encryption'] = 0), refused: /level of/ },
  {
    name: 'may not take a type above away',
    edit: (c) => delete c['events']!['m.room.encryption'],
    refused: /level of/,
  },
  { name: 'may change ban at the own level', edit: (c) => Object.assign(c, { ban: 10 }) },
  {
    name: 'may not set ban above the own level',
    edit: (c) => Object.assign(c, { ban: 51 }),
    refused: /new level of ban/,
  },
  { name: 'may not lower kick from above', edit: (c) => Object.assign(c, { kick: 0 }), refused: /level of kick/ },
  { name: 'may not take kick from above away', edit: (c) => delete c['kick'], refused: /level of kick/ },
  ...['users_default', 'events_default', 'state_default', 'redact', 'invite'].flatMap((name): Edit[] => [
    { name: `may add ${name} at the own level`, edit: (c) => Object.assign(c, { [name]: 50 }) },
    {
      name: `may not add ${name} above the own level`,
      edit: (c) => Object.assign(c, { [name]: 51 }),
      refused: new RegExp(`new level of ${name}`),
    },
  ]),
  {
    name: 'may change a notification of the own level',
    versions: ['6', '12'],
    edit: (c) => (c['notifications']!['room'] = 20),
  },
  {
    name: 'may not raise a notification above the own level',
    versions: ['6', '12'],
    edit: (c) => (c['notifications']!['room'] = 51),
    refused: /new level/,
  },
  {
    name: 'may not lower a notification above',
    versions: ['6', '12'],
    edit: (c) => (c['notifications']!['high'] = 1),
    refused: /level of high/,
  },
  {
    name: 'may do with notifications whatever it likes',
    versions: ['1', '5'],
    edit: (c) => (c['notifications']!['high'] = 1000),
  },
]

describeRules(
  'm.room.power_levels',
  edits.map(({ name, edit, refused, versions }): RuleCase => {
    const content = structuredClone(base)
    edit(content as Record<string, JsonObject>)
    return { name, state, event: change(content), ...(refused && { refused }), ...(versions && { versions }) }
  }),
)

const malformed: [string, JsonObject, since: RoomVersionId][] = [
  ['users that are no object', { users: [] }, '1'],
  ['a key of users that is no user id', { users: { alice: 0 } }, '1'],
  ['a level of users that is no number', { users: { '@a:b': 'x' } }, '1'],
  ['a level of users that is null', { users: { '@a:b': null } }, '1'],
  ['a level of users that is text', { users: { '@a:b': '0' } }, '10'],
  ['events that are no object', { events: 'x' }, '10'],
  ['a level of events that is text', { events: { a: '0' } }, '10'],
  ['notifications that are no object', { notifications: 7 }, '10'],
  ['a level of notifications that is text', { notifications: { room: '0' } }, '10'],
  ['a ban level that is text', { ban: '0' }, '10'],
  ['a default that is null', { users_default: null }, '10'],
]
describeRules(
  'the form of m.room.power_levels',
  malformed.flatMap(([name, content, since]): RuleCase[] => {
    const before = String(Number(since) - 1) as RoomVersionId
    // The creator may send this: the room has no levels yet, so only the form counts.
    const given = { state: { 'm.room.power_levels': null }, event: change(content, creator) }
    const refused: RuleCase = { name: `refuses ${name}`, versions: [since, '12'], ...given, refused: /power_levels/ }
    return since === '1' ? [refused] : [refused, { name: `lets ${name} pass`, versions: ['1', before], ...given }]
  }),
)

describeRules('creators in m.room.power_levels', [
  {
    name: 'may not be named',
    versions: ['12', '12'],
    state: { 'm.room.power_levels': null },
    event: change({ users: { [creator]: 100 } }, creator),
    refused: /names a creator/,
  },
  {
    name: 'may not be named when additional either',
    versions: ['12', '12'],
    state: { 'm.room.create': { additional_creators: ['@user:one'] } },
    event: change({ users: { '@user:one': 0 } }, creator),
    refused: /names a creator/,
  },
  {
    name: 'may set any level',
    versions: ['12', '12'],
    state,
    event: change({ ...base, users: { '@admin:one': 2 ** 53 - 1 }, kick: 2 ** 53 - 1 }, creator),
  },
  {
    name: 'are named like anybody else',
    versions: ['1', '11'],
    state: { 'm.room.power_levels': null },
    event: change({ users: { [creator]: 100 } }, creator),
  },
])

const user = parseUserId('@user:one')

describe('power level look-ups', () => {
  const readings: [JsonValue, RoomVersionId, number][] = [
    [7, '1', 7],
    ['7', '9', 7],
    ['7', '10', 1],
    [' +0012 ', '1', 12],
    ['-3', '1', -3],
    ['1.5', '1', 1],
    ['', '1', 1],
    [50.57, '5', 50],
    [-1.5, '5', -1],
    [50.57, '10', 1],
    [null, '11', 1],
  ]
  for (const [value, id, level] of readings) {
    it(`reads ${JSON.stringify(value)} as ${level} in version ${id}, where 1 is the default`, () => {
      const levels = { users: { [user]: value }, users_default: 1 }
      assert.equal(powerLevelOf(roomState(roomVersion(id), { 'm.room.power_levels': levels }), user), level)
    })
  }

  it('gives the creator 100 and others 0 while the room has no levels', () => {
    const state = roomState(roomVersion('11'), { 'm.room.power_levels': null })
    assert.equal(powerLevelOf(state, parseUserId(creator)), 100)
    assert.equal(powerLevelOf(state, user), 0)
    assert.equal(requiredPowerLevel(state, 'm.room.name', true), 50)
    assert.equal(requiredPowerLevel(state, 'm.room.message', false), 0)
    assert.deepEqual(
      (['ban', 'kick', 'redact', 'invite'] as const).map((name) => actionPowerLevel(state, name)),
      [50, 50, 50, 0],
    )
  })

  it('gives creators of version 12 rooms infinitely much', () => {
    const version = roomVersion('12')
    const state = roomState(version, { 'm.room.create': { room_version: '12', additional_creators: [user] } })
    assert.equal(powerLevelOf(state, user), Infinity)
    assert.deepEqual(creatorsOf(state.get('m.room.create', '')!, version), [creator, user])
  })

  it('reads the version from the create event, and takes 1 when it is absent', () => {
    const levels = { users: { [user]: '7' } }
    const read = (room: JsonObject) =>
      powerLevelOf(roomState(roomVersion('1'), { 'm.room.create': room, 'm.room.power_levels': levels }), user)
    assert.equal(read({}), 7)
    assert.equal(read({ room_version: '10' }), 0)
  })
})
