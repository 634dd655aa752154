import assert from 'node:assert/strict'

import { authStateKeys, checkAuthEvents, roomVersion, supportedRoomVersions } from '../../../src/index.ts'
import type { CitedAuthEvent, JsonObject, Pdu, RoomId, RoomVersionId } from '../../../src/index.ts'

const room_id = '!r:one' as RoomId
const create = 'm.room.create '
const levels = 'm.room.power_levels '
const rules = 'm.room.join_rules '
const sender = 'm.room.member @a:one'

function pdu(type: string, content: JsonObject, state_key?: string): Pdu {
  return { type, content, sender: '@a:one', room_id, ...(state_key !== undefined && { state_key }) } as Pdu
}

const restricted = { membership: 'join', join_authorised_via_users_server: '@x:two' }
const thirdParty = { membership: 'invite', third_party_invite: { signed: { token: 'abc' } } }

const cases: { name: string; event: Pdu; keys: string[]; versions?: [RoomVersionId, RoomVersionId] }[] = [
  { name: 'nothing for create', event: pdu('m.room.create', {}, ''), keys: [] },
  { name: 'levels and sender for a message', event: pdu('m.room.message', {}), keys: [levels, sender] },
  { name: 'levels and sender for state', event: pdu('m.room.topic', {}, ''), keys: [levels, sender] },
  {
    name: 'the join rules for a join',
    event: pdu('m.room.member', { membership: 'join' }, '@a:one'),
    keys: [levels, sender, rules],
  },
  {
    name: 'the join rules for a knock',
    event: pdu('m.room.member', { membership: 'knock' }, '@a:one'),
    keys: [levels, sender, rules],
  },
  {
    name: 'sender once for leaving',
    event: pdu('m.room.member', { membership: 'leave' }, '@a:one'),
    keys: [levels, sender],
  },
  {
    name: 'the target of a ban',
    event: pdu('m.room.member', { membership: 'ban' }, '@b:one'),
    keys: [levels, sender, 'm.room.member @b:one'],
  },
  {
    name: 'the target and the join rules for an invitation',
    event: pdu('m.room.member', { membership: 'invite' }, '@b:one'),
    keys: [levels, sender, 'm.room.member @b:one', rules],
  },
  {
    name: 'the invite behind a third-party invitation',
    event: pdu('m.room.member', thirdParty, '@b:one'),
    keys: [levels, sender, 'm.room.member @b:one', rules, 'm.room.third_party_invite abc'],
  },
  {
    name: 'the authoriser of a restricted join',
    versions: ['8', '12'],
    event: pdu('m.room.member', restricted, '@a:one'),
    keys: [levels, sender, rules, 'm.room.member @x:two'],
  },
  {
    name: 'no authoriser before there are restricted joins',
    versions: ['1', '7'],
    event: pdu('m.room.member', restricted, '@a:one'),
    keys: [levels, sender, rules],
  },
  {
    name: 'the authoriser once when it is the sender',
    versions: ['8', '12'],
    event: pdu('m.room.member', { ...restricted, join_authorised_via_users_server: '@a:one' }, '@a:one'),
    keys: [levels, sender, rules],
  },
]

describe('authStateKeys', () => {
  for (const { name, event, keys, versions: [first, last] = ['1', '12'] } of cases) {
    for (const id of supportedRoomVersions) {
      if (Number(id) < Number(first) || Number(id) > Number(last)) continue
      it(`selects ${name} (version ${id})`, () => {
        const isCreateCited = id !== '12' && event.type !== 'm.room.create'
        const expected = isCreateCited ? [create, ...keys] : keys
        const selected = authStateKeys(event, roomVersion(id)).map((key) => key.join(' '))
        assert.deepEqual(selected.sort(), expected.toSorted())
      })
    }
  }
})

describe('checkAuthEvents', () => {
  const cited = (key: string, more: Partial<CitedAuthEvent> = {}): CitedAuthEvent => {
    const [type = '', state_key = ''] = key.split(' ')
    return { type, state_key, room_id, ...more }
  }
  const message = pdu('m.room.message', {})
  const good = [create, levels, sender].map((key) => cited(key))
  const lists: { name: string; list: CitedAuthEvent[]; refused: RegExp }[] = [
    { name: 'the same key twice', list: [...good, cited(levels)], refused: /twice/ },
    { name: 'state of no concern', list: [...good, cited(rules)], refused: /no place/ },
    { name: 'an event that is no state', list: [...good, { type: 'm.room.message', room_id }], refused: /no place/ },
    { name: "somebody else's membership", list: [...good, cited('m.room.member @b:one')], refused: /no place/ },
    { name: 'a rejected event', list: [cited(create), cited(sender, { isRejected: true })], refused: /rejected/ },
    {
      name: 'an event of another room',
      list: [cited(create), cited(sender, { room_id: '!o:one' as RoomId })],
      refused: /another room/,
    },
    { name: 'no create event', list: [cited(levels), cited(sender)], refused: /missing/ },
  ]
  for (const id of supportedRoomVersions) {
    const version = roomVersion(id)
    const isOld = id !== '12'
    it(`takes what the selection names (version ${id})`, () => {
      checkAuthEvents(message, version, isOld ? good : good.slice(1))
    })
    it(`takes less than the selection names (version ${id})`, () => {
      checkAuthEvents(message, version, isOld ? [cited(create)] : [])
    })
    for (const { name, list, refused } of lists.filter(() => isOld)) {
      it(`refuses ${name} (version ${id})`, () => assert.throws(() => checkAuthEvents(message, version, list), refused))
    }
  }

  it('refuses the create event in version 12', () => {
    assert.throws(() => checkAuthEvents(message, roomVersion('12'), good), /m\.room\.create has no place/)
  })
})
