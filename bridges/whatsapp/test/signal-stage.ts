import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { addTransactionCapability } from '@whiskeysockets/baileys'
import type { ValueStore } from '../../../core/src/storage/value-store.ts'
import { AuthState } from '../src/protocol/auth-state.ts'
import { DecryptionLog, type DecryptionListener } from '../src/protocol/decryption-log.ts'
import { signalRepositoryFor } from '../src/protocol/signal-repository.ts'
import { bundleOf, friend, logger, memory, neverStored, repositoryOf, self, type Bundle } from './library-sessions.ts'
import { storedValues } from './stored.ts'

export interface Encrypted {
  readonly type: 'pkmsg' | 'msg'
  readonly ciphertext: Uint8Array
}

interface Message extends Encrypted {
  readonly id: string
}

/** An account and a contact of it, with the real sessions of both; the account's are in SQLite. */
export async function signalStage() {
  const files = await storedValues()
  const clock = { nowMs: Date.now() }
  const contactKeys = memory()
  const { creds } = new AuthState(neverStored, 'friend')
  const contact = repositoryOf(contactKeys, creds)
  const first = new AuthState(files.store, 'me')
  await contact.injectE2ESession({ jid: self, session: await bundleOf(first.creds, first.keys, 1) })
  await first.save()
  let counter = 0
  const scene = {
    clock,
    isDiskFull: false,
    dealingWith: (() => undefined) as DecryptionListener['dealingWith'],
    values: files.store,
    side: undefined as unknown as Side,
    /** The contact says something. */
    async encrypt(words: string): Promise<Message> {
      return { ...(await contact.encryptMessage({ jid: self, data: Buffer.from(words) })), id: String(++counter) }
    },
    keyOf: (id: string) => ({ remoteJid: friend, fromMe: false, id }),
    /** The contact reads what the account says. */
    async read({ type, ciphertext }: Encrypted): Promise<string> {
      return Buffer.from(await contact.decryptMessage({ jid: self, type, ciphertext })).toString()
    },
    /** Keys of the contact for a new session. */
    bundle: async (preKeyId: number): Promise<Bundle> => await bundleOf(creds, contactKeys, preKeyId),
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

async function sideOf(scene: {
  values: ValueStore
  clock: { nowMs: number }
  isDiskFull: boolean
  dealingWith: DecryptionListener['dealingWith']
}) {
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
  const decryptions = new DecryptionLog({
    auth,
    list: (prefix) => values.list(prefix),
    write: (writes) => values.write(writes),
    now: () => scene.clock.nowMs,
  })
  const listener: DecryptionListener = {
    room: () => Promise.resolve(),
    onDecrypted: () => undefined,
    dealingWith: (stanza) => scene.dealingWith(stanza),
  }
  const stanzas = new EventEmitter()
  decryptions.attach({ ws: stanzas })
  const keys = addTransactionCapability(auth.keys, logger, { maxCommitRetries: 1, delayBetweenTriesMs: 1 })
  const ended = new AbortController().signal
  const repository = signalRepositoryFor({ auth, decryptions, listener, ended })({ creds: auth.creds, keys }, logger)
  return {
    auth,
    keys,
    repository,
    decryptions,
    stanzas,
    async encrypt(words: string): Promise<Encrypted> {
      return await repository.encryptMessage({ jid: friend, data: Buffer.from(words) })
    },
    /** A stanza with what the contact says, and perhaps something more. */
    async decrypt(message: Message | undefined, ...more: readonly object[]): Promise<string> {
      assert.ok(message)
      const { type, ciphertext, id } = message
      const content = Buffer.from(ciphertext)
      stanzas.emit('CB:message', {
        attrs: { id, from: friend },
        content: [{ tag: 'enc', attrs: {}, content }, ...more],
      })
      return Buffer.from(await repository.decryptMessage({ jid: friend, type, ciphertext: content })).toString()
    },
  }
}
