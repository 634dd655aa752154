import { randomBytes } from 'node:crypto'
import type { Database } from '@pons/database'
import { ServerKeyStore } from '../storage/server-key-store.ts'
import { createNodeCrypto, generateSeed, type NodeCrypto } from './node-crypto.ts'

export interface ServerIdentity {
  readonly crypto: NodeCrypto
  readonly keyId: string
}

/** The key of this server, made at the first start and kept in the database. */
export async function loadServerKey(database: Database, nowMs: number): Promise<ServerIdentity> {
  const store = new ServerKeyStore(database)
  let key = await store.newest()
  if (!key) {
    const made = { keyId: `ed25519:${randomBytes(3).toString('hex')}`, seed: generateSeed() }
    await database.transaction((tx) => store.insert(tx, made, nowMs))
    key = made
  }
  return { crypto: createNodeCrypto(key.seed), keyId: key.keyId }
}
