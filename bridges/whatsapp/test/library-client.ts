import { AsyncLocalStorage } from 'node:async_hooks'
import {
  DEFAULT_CONNECTION_CONFIG,
  type SignalKeyStoreWithTransaction,
  type UserFacingSocketConfig,
} from '@whiskeysockets/baileys'
import { startWhatsAppServer } from '@pons/test/whatsapp'
import { LinkedClient } from '../../../test/integration/whatsapp-server/linked-client.ts'
import { AuthState } from '../src/protocol/auth-state.ts'
import { memory, neverStored } from './library-sessions.ts'

/** The library's client with nothing of ours, linked to an account of a server of its own. */
export async function libraryClient(settings: Partial<UserFacingSocketConfig> = {}) {
  const server = await startWhatsAppServer()
  const owner = server.addPerson({ name: 'Owner', phone: '15550000001' })
  const contact = server.addPerson({ name: 'Contact', phone: '15550000002' })
  const group = server.addGroup('The group', [owner, contact])
  const client = await LinkedClient.linkedTo(server, owner, { settings })
  return {
    server,
    owner,
    contact,
    group,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

interface Watched {
  /** Each transaction, with the lock under which it runs: its own, or that of the one around it. */
  readonly transactions: { readonly name: string; readonly lock: string }[]
  /** What became of sessions: the addresses of those that were stored, and 'left' for each frame of a transaction. */
  readonly steps: string[]
}

/** The same, watched at its own seams: the transactions over its keys, and where these are stored. */
export async function watchedLibraryClient() {
  const watched: Watched = { transactions: [], steps: [] }
  const around = new AsyncLocalStorage<string>()
  const auth = new AuthState(neverStored, 'watched')
  const rows = memory()
  auth.keys.get = async (type, ids) => await rows.get(type, ids)
  auth.keys.set = async (data) => {
    watched.steps.push(...Object.keys(data.session ?? {}))
    await rows.set(data)
  }
  const scene = await libraryClient({
    auth,
    makeSignalRepository(given, logger, phoneToLid) {
      const keys = given.keys as SignalKeyStoreWithTransaction
      const transaction = keys.transaction.bind(keys)
      keys.transaction = async (work, name) => {
        const lock = around.getStore() ?? name
        watched.transactions.push({ name, lock })
        return await transaction(async () => await around.run(lock, work), name)
      }
      return DEFAULT_CONNECTION_CONFIG.makeSignalRepository(given, logger, phoneToLid)
    },
  })
  const { socket: wire } = scene.client.socket.ws as unknown as { socket: { send: (...given: unknown[]) => void } }
  const send = wire.send.bind(wire)
  wire.send = (...given) => {
    if (around.getStore() !== undefined) watched.steps.push('left')
    send(...given)
  }
  return { ...scene, watched, [Symbol.asyncDispose]: scene[Symbol.asyncDispose] }
}
