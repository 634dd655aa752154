import assert from 'node:assert/strict'

import fc from 'fast-check'

import {
  MatrixError,
  buildEvent,
  canonicalJson,
  contentHash as hashOf,
  encodeBase64,
  eventIdOf,
  hasValidContentHash,
  parseJson,
  parsePdu,
  parseRoomId,
  parseServerName,
  redact,
  roomVersion,
  signEvent,
  supportedRoomVersions,
  userIdOf,
  verifyEvent,
} from '../../src/index.ts'
import type { BuildOptions, EventDraft, EventId, Pdu } from '../../src/index.ts'
import { keyFromSeed } from '../node-crypto.ts'

const { crypto, publicKey } = keyFromSeed(new Uint8Array(32).fill(7))
const origin = parseServerName('example.org')
const alice = userIdOf('alice', origin)
const signature = { signer: origin, keyId: 'ed25519:a', publicKey }
const draft: EventDraft = {
  type: 'm.room.message',
  sender: alice,
  room_id: parseRoomId('!r:example.org'),
  content: { body: 'hello' },
  origin_server_ts: 1_000_000,
}

function build(id: string, changes: Partial<EventDraft> = {}, options: Partial<BuildOptions> = {}) {
  return buildEvent({
    version: roomVersion(id),
    draft: { ...draft, ...changes },
    prevEvents: ['$prev:example.org' as EventId],
    authEvents: ['$create:example.org' as EventId],
    depth: 5,
    crypto,
    keyId: 'ed25519:a',
    origin,
    ...options,
  })
}

/** The event as it leaves for another server. */
function wire(id: string, pdu: Pdu): string {
  const version = roomVersion(id)
  const { unsigned: _, ...sent } = signEvent(pdu, version, { crypto, keyId: 'ed25519:a', origin })
  return canonicalJson(sent, { strict: version.strictCanonicalJson })
}

describe('buildEvent', () => {
  for (const id of supportedRoomVersions) {
    const version = roomVersion(id)

    it(`makes events of version ${id} that are well-formed, rightly hashed and can be signed`, () => {
      const { pdu, eventId } = build(id)
      const sent = parsePdu(parseJson(wire(id, pdu)), version)
      assert.equal(canonicalJson(sent), wire(id, pdu))
      assert.equal(hasValidContentHash(sent, version, crypto), true)
      assert.equal(verifyEvent(sent, version, signature, crypto.verify), true)
      assert.equal(eventIdOf(sent, version, crypto), eventId)
      assert.equal(eventIdOf(pdu, version, crypto), eventId)
    })

    it(`reads the content of an event of version ${id} once`, () => {
      let reads = 0
      const content = Object.defineProperty({}, 'body', { enumerable: true, get: () => `hello ${'x'.repeat(++reads)}` })
      const { contentHash } = build(id, { content: content as EventDraft['content'] })
      assert.equal(reads, 1)
      assert.deepEqual(contentHash, build(id, { content: { body: 'hello x' } }).contentHash)
    })

    it(`keeps id and signature of version ${id} through redaction, and notices a changed content`, () => {
      const { pdu: built, eventId } = build(id)
      const pdu = parseJson(wire(id, built)) as unknown as Pdu
      const redacted = redact(pdu, version)
      assert.deepEqual(redacted.content, {})
      assert.equal(eventIdOf(redacted, version, crypto), eventId)
      assert.equal(verifyEvent(redacted, version, signature, crypto.verify), true)
      assert.equal(hasValidContentHash({ ...pdu, content: { body: 'bye' } }, version, crypto), false)
    })
  }

  const idForms: [string[], RegExp][] = [
    [['1', '2'], /^\$[A-Za-z0-9_-]{43}:example\.org$/],
    [['3'], /^\$[A-Za-z0-9+/]{43}$/],
    [['4', '11', '12'], /^\$[A-Za-z0-9_-]{43}$/],
  ]
  for (const [ids, form] of idForms) {
    for (const id of ids) {
      it(`gives events of version ${id} ids like ${form.source}`, () => {
        for (let depth = 0; depth < 20; depth++) assert.match(build(id, {}, { depth }).eventId, form)
      })
    }
  }

  it('puts the id into the event in versions 1 and 2 only', () => {
    assert.equal(build('2').pdu.event_id, build('2').eventId)
    assert.equal('event_id' in build('3').pdu, false)
  })

  it('gives two events of version 1 that differ two ids', () => {
    assert.notEqual(build('1').eventId, build('1', { content: { body: 'other' } }).eventId)
  })

  it('writes references with hashes in versions 1 and 2, and bare since', () => {
    const prevEvents = [['$a:b' as EventId, { sha256: 'hash' }], '$c:d' as EventId] as const
    assert.deepEqual(build('1', {}, { prevEvents }).pdu.prev_events, [
      ['$a:b', { sha256: 'hash' }],
      ['$c:d', {}],
    ])
    assert.deepEqual(build('3', {}, { prevEvents }).pdu.prev_events, ['$a:b', '$c:d'])
  })

  it('puts redacts where the version wants it', () => {
    const redacts = '$target:example.org' as EventId
    const old = build('10', { redacts }).pdu
    assert.equal(old.redacts, redacts)
    assert.deepEqual(old.content, { body: 'hello' })
    const recent = build('11', { redacts }).pdu
    assert.equal('redacts' in recent, false)
    assert.deepEqual(recent.content, { body: 'hello', redacts })
  })

  it('names a room of version 12 after its create event', () => {
    const create = { type: 'm.room.create', state_key: '', content: { room_version: '12' } }
    const { pdu, eventId, roomId } = build('12', create, { prevEvents: [], authEvents: [], depth: 1 })
    assert.equal('room_id' in pdu, false)
    assert.equal(roomId, `!${eventId.slice(1)}`)
    assert.equal(build('11', create).roomId, '!r:example.org')
  })

  it('needs a room id for everything else', () => {
    const { room_id: _, ...homeless } = draft
    assert.throws(() => build('12', {}, { draft: homeless }), { errcode: 'M_BAD_JSON' })
  })

  it('keeps unsigned data out of hash, id and signature', () => {
    const plain = build('11')
    const { pdu, eventId } = build('11', { unsigned: { age: 5 } })
    assert.deepEqual(pdu, { ...plain.pdu, unsigned: { age: 5 } })
    assert.equal(eventId, plain.eventId)
    assert.equal(wire('11', pdu), wire('11', plain.pdu))
  })

  it('keeps every content it accepts', () => {
    const content = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.maxSafeInteger(), fc.string({ unit: 'binary' })),
    )
    fc.assert(
      fc.property(content, (value) => {
        const { pdu } = build('11', { content: value })
        assert.equal(canonicalJson((parseJson(wire('11', pdu)) as unknown as Pdu).content), canonicalJson(value))
        assert.equal(hasValidContentHash(pdu, roomVersion('11'), crypto), true)
      }),
      { numRuns: 50 },
    )
  })

  const types = ['m.room.message', 'm.room.member', 'm.room.create', 'm.room.power_levels', 'm.room.redaction', 'é"\\']
  const keptKeys = ['membership', 'creator', 'users', 'redacts', 'invite', 'third_party_invite', 'body']
  const drafts = fc.record(
    {
      type: fc.constantFrom(...types),
      state_key: fc.string({ unit: 'grapheme', maxLength: 20 }),
      redacts: fc.constant('$target:example.org' as EventId),
      content: fc.dictionary(
        fc.constantFrom(...keptKeys),
        fc.oneof(fc.nat(), fc.string(), fc.constant({ signed: {} })),
      ),
    },
    { requiredKeys: ['type', 'content'] },
  )
  for (const id of supportedRoomVersions) {
    it(`hashes an event of version ${id} as writing the whole of it for each hash would`, () => {
      const version = roomVersion(id)
      fc.assert(
        fc.property(drafts, (changes) => {
          const { pdu, eventId, contentHash } = build(id, changes)
          assert.equal(pdu.hashes.sha256, hashOf(pdu, version, crypto))
          assert.equal(pdu.hashes.sha256, encodeBase64(contentHash))
          assert.equal(eventId, eventIdOf(pdu, version, crypto))
        }),
        { numRuns: 40 },
      )
    })
  }

  const oversized: [string, Partial<EventDraft>][] = [
    ['a content', { content: { body: 'x'.repeat(65_536) } }],
    ['a content that is large in bytes only', { content: { body: 'é'.repeat(32_700) } }],
    ['a type', { type: 'x'.repeat(256) }],
    ['a state key', { state_key: 'é'.repeat(128) }],
  ]
  for (const [what, changes] of oversized) {
    it(`refuses ${what} beyond the limit`, () => {
      assert.throws(() => build('11', changes), { errcode: 'M_TOO_LARGE' })
    })
  }

  for (const id of ['1', '11']) {
    it(`takes an event of version ${id} that has exactly 65,536 bytes when it is signed`, () => {
      const spare = 65_536 - wire(id, build(id, { content: { body: '' } }).pdu).length
      const { pdu } = build(id, { content: { body: 'x'.repeat(spare) } })
      assert.equal(wire(id, pdu).length, 65_536)
      assert.throws(() => build(id, { content: { body: 'x'.repeat(spare + 1) } }), MatrixError)
    })
  }

  it('refuses fractions from version 6 on', () => {
    assert.equal(build('5', { content: { n: 1.5 } }).pdu.content['n'], 1.5)
    assert.throws(() => build('6', { content: { n: 1.5 } }), { errcode: 'M_BAD_JSON' })
  })
})
