import {
  addTransactionCapability,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  type SignalKeyStore,
} from '@whiskeysockets/baileys'
import { pino } from 'pino'
import { AuthState } from '../src/protocol/auth-state.ts'
import { libraryLogger } from '../src/protocol/library-logger.ts'

export const logger = libraryLogger(pino({ level: 'silent' }))
/** A contact, as an account calls them, and the account, as the contact does. */
export const friend = '90000000000002@lid'
export const self = '90000000000001@lid'

type Repository = ReturnType<typeof repositoryOf>
export type Bundle = Parameters<Repository['injectE2ESession']>[0]['session']

/** Sessions of an account and a contact as the library makes them, with nothing of ours; the account has begun the conversation. */
export async function libraryPair() {
  const [account, contact] = [libraryDevice(), libraryDevice()]
  await account.repository.injectE2ESession({ jid: friend, session: await bundleOf(contact.creds, contact.keys, 1) })
  return {
    account,
    contact,
    bundle: async (preKeyId: number): Promise<Bundle> => await bundleOf(contact.creds, contact.keys, preKeyId),
    say: async (words: string): Promise<string> => {
      const sent = await account.repository.encryptMessage({ jid: friend, data: Buffer.from(words) })
      return Buffer.from(await contact.repository.decryptMessage({ jid: self, ...sent })).toString()
    },
    answer: async (words: string): Promise<string> => {
      const sent = await contact.repository.encryptMessage({ jid: self, data: Buffer.from(words) })
      return Buffer.from(await account.repository.decryptMessage({ jid: friend, ...sent })).toString()
    },
  }
}

function libraryDevice() {
  const { creds } = new AuthState(neverStored, 'device')
  const keys = memory()
  return { creds, keys, repository: repositoryOf(keys, creds) }
}

/** Keys of a device, with which somebody else begins a session; one of them serves once. */
export async function bundleOf(creds: AuthState['creds'], keys: SignalKeyStore, preKeyId: number): Promise<Bundle> {
  const { registrationId, signedIdentityKey, signedPreKey } = creds
  const preKey = Curve.generateKeyPair()
  await keys.set({ 'pre-key': { [preKeyId]: preKey } })
  return {
    registrationId,
    identityKey: generateSignalPubKey(signedIdentityKey.public),
    signedPreKey: {
      keyId: signedPreKey.keyId,
      publicKey: generateSignalPubKey(signedPreKey.keyPair.public),
      signature: signedPreKey.signature,
    },
    preKey: { keyId: preKeyId, publicKey: generateSignalPubKey(preKey.public) },
  }
}

/** The library's own sessions. */
export function repositoryOf(store: SignalKeyStore, creds: AuthState['creds']) {
  const keys = addTransactionCapability(store, logger, { maxCommitRetries: 1, delayBetweenTriesMs: 1 })
  return DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, logger)
}

export const neverStored = {
  get: () => Promise.resolve(undefined),
  getMany: () => Promise.resolve(new Map()),
  write: () => Promise.resolve(),
}

export function memory(): SignalKeyStore {
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
