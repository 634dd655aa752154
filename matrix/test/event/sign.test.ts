import assert from 'node:assert/strict'

import {
  joinAuthoriser,
  parseServerName,
  requiredSigners,
  roomVersion,
  signEvent,
  verifyEvent,
} from '../../src/index.ts'
import type { Crypto, JsonObject, Pdu, RoomVersionId, Signature, Signer } from '../../src/index.ts'

import { keyFromSeed } from '../node-crypto.ts'

function pdu(type: string, content: JsonObject, more: Partial<Pdu> = {}): Pdu {
  return { type, content, sender: '@a:one', room_id: '!r:one', ...more } as Pdu
}

const restricted = pdu('m.room.member', { membership: 'join', join_authorised_via_users_server: '@x:two' })
const thirdParty = pdu('m.room.member', { membership: 'invite', third_party_invite: { signed: {} } })

interface Party {
  readonly signer: Signer
  readonly signature: Signature
  readonly verify: Crypto['verify']
}

const cases: { name: string; version: RoomVersionId; event: Pdu; signers: string[] }[] = [
  { name: "the sender's server", version: '11', event: pdu('m.room.message', {}), signers: ['one'] },
  {
    name: "the id's server too in version 1",
    version: '1',
    event: pdu('m.room.message', {}, { event_id: '$e:three' as Pdu['event_id'] & string }),
    signers: ['one', 'three'],
  },
  { name: 'the authorising server of a restricted join', version: '8', event: restricted, signers: ['one', 'two'] },
  { name: 'no authorising server before version 8', version: '7', event: restricted, signers: ['one'] },
  { name: 'nobody for a third-party invitation', version: '11', event: thirdParty, signers: [] },
  {
    name: 'the sender’s server for what only looks like one: a join',
    version: '11',
    event: pdu('m.room.member', { membership: 'join', third_party_invite: { signed: {} } }),
    signers: ['one'],
  },
  {
    name: 'the sender’s server for what only looks like one: another type',
    version: '11',
    event: pdu('m.room.message', { membership: 'invite', third_party_invite: { signed: {} } }),
    signers: ['one'],
  },
  {
    name: 'the sender’s server for an invitation without a third party',
    version: '11',
    event: pdu('m.room.member', { membership: 'invite', third_party_invite: 'x' }),
    signers: ['one'],
  },
  {
    name: 'nobody by an id from version 3 on, which an event does not choose',
    version: '3',
    event: pdu('m.room.message', {}, { event_id: '$e:three' as Pdu['event_id'] & string }),
    signers: ['one'],
  },
  {
    name: "the sender's server in version 1, where there is no id",
    version: '1',
    event: pdu('x', {}),
    signers: ['one'],
  },
]

describe('requiredSigners', () => {
  for (const { name, version, event, signers } of cases) {
    it(`names ${name}`, () => assert.deepEqual(requiredSigners(event, roomVersion(version)), signers))
  }

  it('reads the authoriser from member events only', () => {
    assert.equal(joinAuthoriser(restricted), '@x:two')
    assert.equal(joinAuthoriser({ ...restricted, type: 'm.room.message' }), undefined)
    assert.equal(joinAuthoriser(pdu('m.room.member', { join_authorised_via_users_server: 7 })), undefined)
  })
})

describe('signEvent', () => {
  const version = roomVersion('11')
  const [one, two] = ['one', 'two'].map((name, i) => {
    const { crypto, publicKey } = keyFromSeed(new Uint8Array(32).fill(i + 1))
    const keyId = 'ed25519:k'
    const origin = parseServerName(name)
    return { signer: { crypto, keyId, origin }, signature: { signer: name, keyId, publicKey }, verify: crypto.verify }
  }) as [Party, Party]

  it("adds a second server's signature and leaves the first one valid", () => {
    const invitation = pdu('m.room.member', { membership: 'invite', reason: 'x' }, { state_key: '@b:two' })
    const sent = signEvent(invitation, version, one.signer)
    const countersigned = signEvent(sent, version, two.signer)
    for (const { signature, verify } of [one, two]) {
      assert.equal(verifyEvent(countersigned, version, signature, verify), true)
    }
    assert.equal(verifyEvent(sent, version, two.signature, two.verify), false)
  })

  it('keeps what has signed a draft before', () => {
    const sent = signEvent({ ...pdu('x', {}), signatures: { three: { 'ed25519:k': 'x' } } }, version, one.signer)
    assert.deepEqual(Object.keys(sent.signatures), ['three', 'one'])
  })

  it('verifies by ed25519 alone', () => {
    const sent = signEvent(pdu('x', {}), version, { ...one.signer, keyId: 'other:k' })
    assert.equal(verifyEvent(sent, version, { ...one.signature, keyId: 'other:k' }, one.verify), false)
  })

  it('verifies nothing that has no canonical form, and throws nothing', () => {
    const sent = signEvent(pdu('x', {}), version, one.signer)
    assert.equal(verifyEvent({ ...sent, depth: 0.5 }, version, one.signature, one.verify), false)
  })
})
