import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import {
  addTransactionCapability,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  type SignalKeyStore,
} from '@whiskeysockets/baileys'
import { pino } from 'pino'
import type { ValueStore } from '../../../../core/src/store/value-store.ts'
import { AuthState } from '../../src/protocol/auth-state.ts'
import { DecryptionJournal } from '../../src/protocol/decryption-journal.ts'
import { libraryLogger } from '../../src/protocol/library-logger.ts'
import { quietConsole } from '../../src/protocol/quiet-console.ts'
import { storedValues } from '../stored.ts'

const logger = libraryLogger(pino({ level: 'silent' }))
const friend = '90000000000002@lid'
const self = '90000000000001@lid'

describe('the journal of what was decrypted', () => {
  before(quietConsole)

  it('answers for a message that comes again, which no ratchet decrypts twice', async () => {
    await using scene = await stage()
    const message = await scene.encrypt('the words')
    assert.equal(await scene.side.decrypt(message), 'the words')
    assert.equal(await scene.side.decrypt(message), 'the words')
    const another = await scene.encrypt('more words')
    assert.equal(await scene.side.decrypt(another), 'more words')
  })

  it('answers after a restart, too, and hands out what was not dealt with, in order', async () => {
    await using scene = await stage()
    const sent = [await scene.encrypt('one'), await scene.encrypt('two'), await scene.encrypt('three')]
    for (const message of sent) await scene.side.decrypt(message)
    await scene.restart()
    const pending = await scene.side.journal.pending()
    assert.deepEqual(
      pending.map(({ attrs, plains }) => [attrs['id'], Buffer.concat(plains).toString()]),
      [
        ['1', 'one'],
        ['2', 'two'],
        ['3', 'three'],
      ],
    )
    assert.equal(await scene.side.decrypt(sent[0]), 'one')
    assert.equal(await scene.side.decrypt(await scene.encrypt('four')), 'four')
  })

  it('no longer hands out what became durable elsewhere, and still answers for it', async () => {
    await using scene = await stage()
    const message = await scene.encrypt('the words')
    await scene.side.decrypt(message)
    await scene.values.write(scene.side.journal.settle('1'))
    await scene.restart()
    assert.deepEqual(await scene.side.journal.pending(), [])
    assert.equal(await scene.side.decrypt(message), 'the words')
  })

  for (const order of ['settled first', 'confirmed first'] as const) {
    it(`keeps nothing once the server has our receipt (${order})`, async () => {
      await using scene = await stage()
      await scene.side.decrypt(await scene.encrypt('the words'))
      const confirm = (): boolean => scene.side.stanzas.emit('CB:ack,class:receipt', { attrs: { id: '1' } })
      const settle = async (): Promise<void> => await scene.values.write(scene.side.journal.settle('1'))
      if (order === 'confirmed first') confirm()
      await settle()
      if (order === 'settled first') confirm()
      const left = async () => await scene.values.list('signal/me/journal')
      while ((await left()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    })
  }

  it('throws away what lies there for days', async () => {
    await using scene = await stage()
    await scene.side.decrypt(await scene.encrypt('the words'))
    scene.clock.nowMs += 4 * 86_400_000
    await scene.restart()
    assert.deepEqual(await scene.side.journal.pending(), [])
    assert.deepEqual(await scene.values.list('signal/me/journal'), [])
  })

  it('keeps the ratchet where it was when storing fails: what comes again is decrypted then', async () => {
    await using scene = await stage()
    await scene.side.decrypt(await scene.encrypt('the first'))
    const message = await scene.encrypt('the second')
    scene.isDiskFull = true
    await assert.rejects(scene.side.decrypt(message))
    scene.isDiskFull = false
    await scene.restart()
    assert.equal(await scene.side.decrypt(message), 'the second')
  })
})

interface Message {
  readonly type: 'pkmsg' | 'msg'
  readonly ciphertext: Uint8Array
  readonly id: string
}

/** Somebody who writes to an account, with the real sessions of both; the account's are in SQLite. */
async function stage() {
  const files = await storedValues()
  const clock = { nowMs: Date.now() }
  const contact = repositoryOf(memory(), new AuthState(neverStored, 'friend').creds)
  const first = new AuthState(files.store, 'me')
  const preKey = Curve.generateKeyPair()
  await first.keys.set({ 'pre-key': { '1': preKey } })
  await first.save()
  const { registrationId, signedIdentityKey, signedPreKey } = first.creds
  await contact.injectE2ESession({
    jid: self,
    session: {
      registrationId,
      identityKey: generateSignalPubKey(signedIdentityKey.public),
      signedPreKey: {
        keyId: signedPreKey.keyId,
        publicKey: generateSignalPubKey(signedPreKey.keyPair.public),
        signature: signedPreKey.signature,
      },
      preKey: { keyId: 1, publicKey: generateSignalPubKey(preKey.public) },
    },
  })
  let counter = 0
  const scene = {
    clock,
    isDiskFull: false,
    values: files.store,
    side: undefined as unknown as Side,
    async encrypt(words: string): Promise<Message> {
      return { ...(await contact.encryptMessage({ jid: self, data: Buffer.from(words) })), id: String(++counter) }
    },
    async restart() {
      scene.values = await files.reopen()
      scene.side = await sideOf(scene)
    },
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  }
  scene.side = await sideOf(scene)
  return scene
}

type Side = Awaited<ReturnType<typeof sideOf>>

async function sideOf(scene: { values: ValueStore; clock: { nowMs: number }; isDiskFull: boolean }) {
  const { values } = scene
  const rows = {
    get: (key: string) => values.get(key),
    getMany: (keys: readonly string[]) => values.getMany(keys),
    write: async (writes: Parameters<ValueStore['write']>[0]) => {
      if (scene.isDiskFull) throw new Error('the disk is full')
      await values.write(writes)
    },
  }
  const auth = await AuthState.load(rows, 'me')
  assert.ok(auth)
  const journal = new DecryptionJournal({
    auth,
    list: (prefix) => values.list(prefix),
    write: (writes) => values.write(writes),
    room: () => Promise.resolve(),
    onDecrypted: () => undefined,
    now: () => scene.clock.nowMs,
  })
  const stanzas = new EventEmitter()
  journal.attach(stanzas)
  const keys = addTransactionCapability(auth.keys, logger, { maxCommitRetries: 1, delayBetweenTriesMs: 1 })
  const repository = journal.makeRepository({ creds: auth.creds, keys }, logger)
  return {
    journal,
    stanzas,
    async decrypt(message: Message | undefined): Promise<string> {
      assert.ok(message)
      const { type, ciphertext, id } = message
      const content = Buffer.from(ciphertext)
      stanzas.emit('CB:message', { attrs: { id, from: friend }, content: [{ tag: 'enc', attrs: {}, content }] })
      return Buffer.from(await repository.decryptMessage({ jid: friend, type, ciphertext: content })).toString()
    },
  }
}

function repositoryOf(store: SignalKeyStore, creds: AuthState['creds']) {
  const keys = addTransactionCapability(store, logger, { maxCommitRetries: 1, delayBetweenTriesMs: 1 })
  return DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, logger)
}

const neverStored = {
  get: () => Promise.resolve(undefined),
  getMany: () => Promise.resolve(new Map()),
  write: () => Promise.resolve(),
}

function memory(): SignalKeyStore {
  const values = new Map<string, unknown>()
  return {
    get: (type, ids) =>
      Object.fromEntries(
        ids.flatMap((id) => (values.has(`${type} ${id}`) ? [[id, values.get(`${type} ${id}`)]] : [])),
      ) as never,
    set: (data) => {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries)) values.set(`${type} ${id}`, value)
      }
    },
  }
}
