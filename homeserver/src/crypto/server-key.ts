import { randomBytes } from 'node:crypto'
import type { Database } from '@pons/database'
import { ServerKeyStore, type StoredKey } from '../storage/server-key-store.ts'
import { createNodeCrypto, generateSeed, type NodeCrypto } from './node-crypto.ts'
import { readOrMakeSigningKey, type SigningKey } from './signing-key-file.ts'

export interface ServerIdentity {
  readonly crypto: NodeCrypto
  readonly keyId: string
  /** Keys that this server signed with before; what they signed stays valid. */
  readonly oldKeys: readonly OldKey[]
}

interface OldKey {
  readonly keyId: string
  readonly publicKey: Uint8Array
  /** Milliseconds since 1970. */
  readonly expiredTs: number
}

/**
 * The key of this server: from the file when one is named, else from the database. It is made at the first start.
 * @throws SigningKeyFileError
 */
export async function loadServerKey(
  database: Database,
  nowMs: number,
  file: string | undefined,
): Promise<ServerIdentity> {
  const store = new ServerKeyStore(database)
  const stored = await store.all()
  const key = file === undefined ? (inDatabase(stored) ?? makeKey()) : readOrMakeSigningKey(file, makeKey)
  const crypto = createNodeCrypto(key.seed)
  const inForce = stored.find(({ expiredTs }) => expiredTs === undefined)
  if (inForce?.keyId !== key.keyId || inForce.publicKey === undefined) {
    const seed = file === undefined ? key.seed : undefined
    await database.transaction((tx) => store.use(tx, { keyId: key.keyId, seed, publicKey: crypto.publicKey }, nowMs))
  }
  const oldKeys = (await store.all()).flatMap((old) => (old.keyId === key.keyId ? [] : oldKey(old)))
  return { crypto, keyId: key.keyId, oldKeys }
}

function makeKey(): SigningKey {
  return { keyId: `ed25519:${randomBytes(3).toString('hex')}`, seed: generateSeed() }
}

/** The newest whose secret is here: a key that was in a file cannot sign once the file is named no more. */
function inDatabase(stored: readonly StoredKey[]): SigningKey | undefined {
  const key = stored.find(({ seed }) => seed !== undefined)
  return key?.seed && { keyId: key.keyId, seed: key.seed }
}

function oldKey({ keyId, seed, publicKey, expiredTs }: StoredKey): OldKey[] {
  const known = publicKey ?? (seed && createNodeCrypto(seed).publicKey)
  return known && expiredTs !== undefined ? [{ keyId, publicKey: known, expiredTs }] : []
}
