import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { encodeBase64 } from '@pons/matrix'
import { createNodeCrypto } from '../../src/crypto/node-crypto.ts'
import { formatSigningKey, parseSigningKey, readOrMakeSigningKey } from '../../src/crypto/signing-key-file.ts'
import { engines, testHomeserver } from '../support.ts'

const SEED = Uint8Array.from({ length: 32 }, (_, index) => index)
const TEXT = encodeBase64(SEED)

describe('a signing key file', () => {
  it('is read and written in the same form', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/), bytes, (name, seed) => {
        const key = { keyId: `ed25519:${name}`, seed }
        const read = parseSigningKey(formatSigningKey(key), 'k')
        assert.equal(read.keyId, key.keyId)
        assert.deepEqual(new Uint8Array(read.seed), new Uint8Array(seed))
      }),
    )
    assert.equal(formatSigningKey({ keyId: 'ed25519:a_1', seed: SEED }), `ed25519 a_1 ${TEXT}\n`)
    assert.ok(!TEXT.endsWith('='))
  })

  it('is made whole, and takes nobody’s place', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pons-key-'))
    const file = join(folder, 'signing.key')
    const theirs = { keyId: 'ed25519:theirs', seed: SEED }
    const read = readOrMakeSigningKey(file, () => {
      // Another process, started at the same time, is faster.
      writeFileSync(file, formatSigningKey(theirs))
      return { keyId: 'ed25519:ours', seed: SEED }
    })
    assert.equal(read.keyId, theirs.keyId)
    assert.deepEqual(readdirSync(folder), ['signing.key'])
    rmSync(folder, { recursive: true })
  })

  for (const [name, text, problem] of [
    ['an empty file', '\n', /is empty/],
    ['two keys', `ed25519 a ${TEXT}\ned25519 b ${TEXT}\n`, /several lines/],
    ['a key without a name', `ed25519 ${TEXT}`, /three words/],
    ['another algorithm', `curve25519 a ${TEXT}`, /another algorithm/],
    ['a strange name', `ed25519 a:b ${TEXT}`, /letters, digits/],
    ['a short key', `ed25519 a ${TEXT.slice(4)}`, /not 32 bytes/],
    ['what is no base64', `ed25519 a ${'?'.repeat(43)}`, /not 32 bytes/],
  ] as const) {
    it(`is refused for ${name}, without telling the secret`, () => {
      assert.throws(
        () => parseSigningKey(text, '/x/signing.key'),
        (error: Error) => {
          assert.equal(error.name, 'SigningKeyFileError')
          assert.match(error.message, problem)
          assert.match(error.message, /\/x\/signing\.key/)
          assert.ok(!error.message.includes(TEXT.slice(4)))
          return true
        },
      )
    })
  }
})

for (const engine of engines) {
  describe(`the server's key on ${engine}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'pons-key-'))
    after(() => rmSync(folder, { recursive: true }))

    it('is made in the file at the first start, for its owner alone', async () => {
      const file = join(folder, `${engine}-new.key`)
      await using server = await testHomeserver({ signing_key_file: file }, {}, engine)
      assert.equal(statSync(file).mode & 0o777, 0o600)
      const { keyId, crypto } = server.homeserver.services.identity
      const written = parseSigningKey(readFileSync(file, 'utf8'), file)
      assert.equal(keyId, written.keyId)
      assert.deepEqual(crypto.publicKey, createNodeCrypto(written.seed).publicKey)
      const rows = await server.homeserver.services.database.all<{ seed: Uint8Array }>('select seed from server_key')
      assert.deepEqual(
        rows.map(({ seed }) => seed.length),
        [0],
      )
    })

    it('stops the start when the file cannot be used', async () => {
      const file = join(folder, `${engine}-bad.key`)
      writeFileSync(file, 'not a key')
      await assert.rejects(() => testHomeserver({ signing_key_file: file }, {}, engine), {
        name: 'SigningKeyFileError',
      })
    })
  })
}

describe('a change of the key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pons-key-change-'))
  after(() => rmSync(folder, { recursive: true }))
  const database = `sqlite:${join(folder, 'hs.db')}`
  const file = join(folder, 'signing.key')
  const identityOf = async (settings: { signing_key_file?: string }) => {
    await using server = await testHomeserver({ database, ...settings })
    return server.homeserver.services.identity
  }

  it('keeps the key of the database for what it signed, and takes it again when no file is named', async () => {
    const first = await identityOf({})
    assert.deepEqual(first.oldKeys, [])
    assert.equal((await identityOf({})).keyId, first.keyId)
    writeFileSync(file, `ed25519 a_file ${TEXT}\n`)
    chmodSync(file, 0o600)
    const second = await identityOf({ signing_key_file: file })
    assert.equal(second.keyId, 'ed25519:a_file')
    assert.deepEqual(
      second.oldKeys.map(({ keyId, publicKey }) => ({ keyId, publicKey: encodeBase64(publicKey) })),
      [{ keyId: first.keyId, publicKey: encodeBase64(first.crypto.publicKey) }],
    )
    const third = await identityOf({})
    assert.equal(third.keyId, first.keyId)
    assert.deepEqual(
      third.oldKeys.map(({ keyId }) => keyId),
      ['ed25519:a_file'],
    )
  })
})
