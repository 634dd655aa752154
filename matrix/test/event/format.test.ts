import assert from 'node:assert/strict'

import fc from 'fast-check'

import {
  MatrixError,
  maxAuthEvents,
  maxPrevEvents,
  parsePdu,
  roomVersion,
  supportedRoomVersions,
} from '../../src/index.ts'
import type { JsonObject, JsonValue, RoomVersionId } from '../../src/index.ts'

function validEvent(id: RoomVersionId): JsonObject {
  const reference: JsonValue = id === '1' || id === '2' ? ['$a:s', { sha256: 'x' }] : '$a'
  return {
    auth_events: [reference],
    content: {},
    depth: 1,
    ...((id === '1' || id === '2') && { event_id: '$e:s' }),
    hashes: { sha256: 'x' },
    origin_server_ts: 1,
    prev_events: [reference],
    room_id: '!r:s',
    sender: '@u:s',
    signatures: { s: { 'ed25519:a': 'x' } },
    type: 'm.room.message',
    unknown: { kept: true },
  }
}

const mistakes: [string, JsonObject][] = [
  ['a type that is no string', { type: 1 }],
  ['a sender that is no user id', { sender: 'alice' }],
  ['a content that is a list', { content: [] }],
  ['a null state key', { state_key: null }],
  ['a state key that is a number', { state_key: 7 }],
  ['a depth below zero', { depth: -1 }],
  ['a depth that is no number', { depth: '1' }],
  ['a time that is no number', { origin_server_ts: '1' }],
  ['a room id that is none', { room_id: 'r' }],
  ['no list of previous events', { prev_events: {} }],
  ['a reference that is none', { auth_events: [1] }],
  ['references in a list of three', { prev_events: [['$a:s', { sha256: 'x' }, 'more']] }],
  ['a reference to no event', { prev_events: [['a', { sha256: 'x' }]] }],
  ['a reference without hashes', { prev_events: [['$a:s', 'x']] }],
  ['a reference that is an object', { prev_events: [{ 0: '$a:s', 1: { sha256: 'x' }, length: 2 }] }],
  ['no content hash', { hashes: {} }],
  ['signatures that are no object', { signatures: [] }],
  ['a signature that is no string', { signatures: { s: { 'ed25519:a': 1 } } }],
  ['a signature that is no string beside one that is', { signatures: { s: { 'ed25519:a': 'x', 'ed25519:b': 1 } } }],
  ['signatures of a server that are no object', { signatures: { s: { 'ed25519:a': 'x' }, t: 'x' } }],
  ['unsigned data that is no object', { unsigned: 'x' }],
  ['a lone surrogate', { content: { body: '\ud800' } }],
]

describe('parsePdu', () => {
  for (const id of supportedRoomVersions) {
    const version = roomVersion(id)
    it(`takes a well-formed event of version ${id} as it is`, () => {
      const event = validEvent(id)
      assert.equal(parsePdu(event, version), event)
    })
    it(`takes a state event, and the first one of a room, of version ${id}`, () => {
      const event = { ...validEvent(id), state_key: '', depth: 0 }
      assert.equal(parsePdu(event, version), event)
    })
    it(`refuses one reference that is none among others in version ${id}`, () => {
      const [good] = validEvent(id)['prev_events'] as JsonValue[]
      const event = { ...validEvent(id), prev_events: [good!, 1] }
      assert.throws(() => parsePdu(event, version), { errcode: 'M_BAD_JSON' })
    })
    it(`refuses what is larger than an event may be in version ${id}`, () => {
      const event = { ...validEvent(id), content: { body: 'x'.repeat(65_536) } }
      assert.throws(() => parsePdu(event, version), { errcode: 'M_TOO_LARGE' })
    })
    for (const [what, change] of mistakes) {
      it(`refuses ${what} in version ${id}`, () => {
        assert.throws(() => parsePdu({ ...validEvent(id), ...change }, version), { errcode: 'M_BAD_JSON' })
      })
    }
  }

  it('wants an id with a server in versions 1 and 2', () => {
    for (const event_id of ['$abc', 'x', 7]) {
      assert.throws(() => parsePdu({ ...validEvent('1'), event_id }, roomVersion('1')), { errcode: 'M_BAD_JSON' })
    }
  })

  it('wants a create event of version 12 without room id, and one with room id before', () => {
    const create: JsonObject = { ...validEvent('12'), type: 'm.room.create' }
    delete create['room_id']
    assert.equal(parsePdu(create, roomVersion('12')), create)
    assert.throws(() => parsePdu({ ...create, room_id: '!r' }, roomVersion('12')), MatrixError)
    assert.throws(() => parsePdu(create, roomVersion('11')), MatrixError)
  })

  it('wants what is redacted to be an event, where it is no part of the content', () => {
    for (const id of supportedRoomVersions) {
      const version = roomVersion(id)
      const named = { ...validEvent(id), redacts: '$a' }
      assert.equal(parsePdu(named, version), named)
      const nonsense = { ...validEvent(id), redacts: 7 }
      if (version.redactsInContent) assert.equal(parsePdu(nonsense, version), nonsense)
      else assert.throws(() => parsePdu(nonsense, version), { errcode: 'M_BAD_JSON' })
    }
  })

  it('takes names of 255 bytes, and none of more', () => {
    for (const [text, longer] of [
      ['x'.repeat(255), 'x'.repeat(256)],
      ['é'.repeat(127), 'é'.repeat(128)],
    ] as const) {
      const event = { ...validEvent('11'), type: text, state_key: text }
      assert.equal(parsePdu(event, roomVersion('11')), event)
      for (const change of [{ type: longer }, { state_key: longer }])
        assert.throws(() => parsePdu({ ...event, ...change }, roomVersion('11')), { errcode: 'M_TOO_LARGE' })
    }
  })

  it('counts previous and auth events', () => {
    const version = roomVersion('11')
    const many = (count: number): JsonValue => Array.from({ length: count }, (_, i) => `$${i}`)
    const event = { ...validEvent('11'), prev_events: many(maxPrevEvents), auth_events: many(maxAuthEvents) }
    assert.doesNotThrow(() => parsePdu(event, version))
    assert.throws(() => parsePdu({ ...event, prev_events: many(maxPrevEvents + 1) }, version), MatrixError)
    assert.throws(() => parsePdu({ ...event, auth_events: many(maxAuthEvents + 1) }, version), MatrixError)
  })

  it('refuses fractions and large integers from version 6 on', () => {
    for (const depth of [2 ** 53, 2 ** 63]) {
      assert.doesNotThrow(() => parsePdu({ ...validEvent('5'), depth }, roomVersion('5')))
      assert.throws(() => parsePdu({ ...validEvent('6'), depth }, roomVersion('6')), MatrixError)
    }
    assert.throws(() => parsePdu({ ...validEvent('6'), content: { n: 0.5 } }, roomVersion('6')), MatrixError)
  })

  it('answers any JSON with an event or a MatrixError', () => {
    const mutated = fc.tuple(fc.constantFrom(...Object.keys(validEvent('11'))), fc.jsonValue())
    fc.assert(
      fc.property(mutated, ([key, value]) => {
        try {
          parsePdu({ ...validEvent('11'), [key]: value as JsonValue }, roomVersion('11'))
        } catch (error) {
          assert(error instanceof MatrixError)
        }
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.throws(() => parsePdu(value as JsonValue, roomVersion('11')), MatrixError)
      }),
    )
  })
})
