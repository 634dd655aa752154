import assert from 'node:assert/strict'

import fc from 'fast-check'

import {
  contentHash,
  decodeBase64,
  encodeBase64,
  parseServerName,
  roomVersion,
  signEvent,
  signJson,
  verifyEvent,
  verifyJson,
} from '../src/index.ts'
import type { Pdu, UnhashedPdu } from '../src/index.ts'
import { keyFromSeed } from './node-crypto.ts'
import vectors from './vectors/signing.json' with { type: 'json' }

const { crypto, publicKey } = keyFromSeed(decodeBase64(vectors.seed)!)
const origin = parseServerName(vectors.serverName)
const signer = { crypto, origin, keyId: vectors.keyId }
const signature = { signer: origin, keyId: vectors.keyId, publicKey }

function hashedAndSigned(event: UnhashedPdu): Pdu {
  const version = roomVersion('1')
  return signEvent(
    { signatures: {}, ...event, hashes: { sha256: contentHash(event, version, crypto) } },
    version,
    signer,
  )
}

describe('signing', () => {
  for (const { unsigned, signature: expected } of vectors.json) {
    it(`signs ${JSON.stringify(unsigned)} as the specification does`, () => {
      const signed = signJson(unsigned, signer)
      assert.deepEqual(signed, { ...unsigned, signatures: { domain: { 'ed25519:1': expected } } })
      assert.equal(verifyJson(signed, signature, crypto.verify), true)
    })
  }

  for (const { name, event, sha256, signature: expected } of vectors.events) {
    it(`signs the specification's ${name}`, () => {
      const pdu = hashedAndSigned(event as unknown as UnhashedPdu)
      assert.deepEqual(pdu, { ...event, hashes: { sha256 }, signatures: { domain: { 'ed25519:1': expected } } })
      assert.equal(verifyEvent(pdu, roomVersion('1'), signature, crypto.verify), true)
    })
  }

  it('leaves unsigned data and other signatures out of the signature, and keeps them', () => {
    const other = { other: { 'ed25519:x': 'abc' } }
    const signed = signJson({ a: 1, unsigned: { age: 1 }, signatures: other }, signer)
    assert.deepEqual(signed.unsigned, { age: 1 })
    assert.deepEqual(signed.signatures['other'], other.other)
    assert.equal(verifyJson({ ...signed, unsigned: { age: 2 } }, signature, crypto.verify), true)
  })

  it('notices every change of the signed part', () => {
    const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.maxSafeInteger())
    fc.assert(
      fc.property(object, fc.string(), (value, key) => {
        fc.pre(key !== 'signatures' && key !== 'unsigned' && !('signatures' in value) && !('unsigned' in value))
        const signed = signJson(value, signer)
        assert.equal(verifyJson(signed, signature, crypto.verify), true)
        assert.equal(verifyJson({ ...signed, [key]: 'changed' }, signature, crypto.verify), false)
      }),
      { numRuns: 50 },
    )
  })

  const signed = signJson({ a: 1 }, signer)
  const good = signed.signatures['domain']!['ed25519:1']!
  const refused: [string, object][] = [
    ['no signatures', { a: 1 }],
    ['signatures of the wrong type', { a: 1, signatures: 'x' }],
    ['another signer', { a: 1, signatures: { other: { 'ed25519:1': good } } }],
    ['another key id', { a: 1, signatures: { domain: { 'ed25519:2': good } } }],
    ['a signature that is not base64', { a: 1, signatures: { domain: { 'ed25519:1': '!!' } } }],
    [
      'a signature of another length',
      { a: 1, signatures: { domain: { 'ed25519:1': encodeBase64(new Uint8Array(63)) } } },
    ],
    ['a value without canonical form', { ...signed, a: 1.5 }],
  ]
  for (const [name, object] of refused) {
    it(`does not verify ${name}`, () => assert.equal(verifyJson(object, signature, crypto.verify), false))
  }

  it('verifies no algorithm but ed25519', () => {
    const object = { a: 1, signatures: { domain: { 'other:1': good } } }
    assert.equal(verifyJson(object, { ...signature, keyId: 'other:1' }, crypto.verify), false)
  })

  it('covers only what redaction leaves of an event', () => {
    const event = vectors.events[1]!.event as unknown as UnhashedPdu
    const pdu = hashedAndSigned(event)
    const emptied: Pdu = { ...pdu, content: {} }
    assert.equal(verifyEvent(emptied, roomVersion('1'), signature, crypto.verify), true)
    assert.equal(verifyEvent({ ...pdu, type: 'm.other' }, roomVersion('1'), signature, crypto.verify), false)
  })
})
