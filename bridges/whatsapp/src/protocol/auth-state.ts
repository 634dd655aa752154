import {
  BufferJSON,
  initAuthCreds,
  proto,
  type AuthenticationCreds,
  type SignalDataSet,
  type SignalKeyStore,
} from '@whiskeysockets/baileys'
import { KeyTransactions } from './mends/key-transactions.ts'
import { withoutOldChains } from './mends/old-chains.ts'
import { withoutNeedlessKeys } from './mends/skipped-keys.ts'

/** undefined deletes. */
export interface KeptWrite {
  readonly key: string
  readonly value: string | true | undefined
}

/** Where credentials and keys are kept; a write is all or nothing. */
export interface AuthRows {
  get(key: string): Promise<unknown>
  getMany(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>>
  write(writes: readonly KeptWrite[]): Promise<void>
}

export const credsKey = (login: string): string => `creds/${login}`
export const signalPrefix = (login: string): string => `signal/${login}/`

/** The login itself, as the client library wants it: whoever has it is the linked device. */
export class AuthState {
  readonly creds: AuthenticationCreds
  readonly keys: SignalKeyStore
  readonly transactions: KeyTransactions
  readonly #rows: AuthRows
  readonly #login: string

  constructor(rows: AuthRows, login: string, creds: AuthenticationCreds = initAuthCreds()) {
    this.#rows = rows
    this.#login = login
    this.creds = creds
    this.keys = {
      get: async (type, ids) => await this.#get(type, ids),
      set: async (data) => await this.#set(data),
    }
    this.transactions = new KeyTransactions(this.keys)
  }

  /** undefined where nobody is logged in. */
  static async load(rows: AuthRows, login: string): Promise<AuthState | undefined> {
    const stored = await rows.get(credsKey(login))
    if (typeof stored !== 'string') return undefined
    return new AuthState(rows, login, decoded(stored) as AuthenticationCreds)
  }

  credsWrite(): KeptWrite {
    return { key: credsKey(this.#login), value: encoded(this.creds) }
  }

  async save(): Promise<void> {
    await this.#rows.write([this.credsWrite()])
  }

  keyOf(type: string, id: string): string {
    return `${signalPrefix(this.#login)}${type}/${id}`
  }

  async #get(type: string, ids: readonly string[]): Promise<Record<string, never>> {
    const keys = ids.map((id) => this.keyOf(type, id))
    const rows = await this.#rows.getMany(keys)
    const found = new Map<string, unknown>()
    for (const [index, id] of ids.entries()) {
      const stored = rows.get(keys[index] ?? '')
      if (typeof stored === 'string') found.set(id, revived(type, decoded(stored)))
    }
    return Object.fromEntries(found) as Record<string, never>
  }

  /** The library collects what belongs together (a ratchet's step, the prekey it used up) and hands it over at once. */
  async #set(data: SignalDataSet): Promise<void> {
    await this.#rows.write(this.writesOf(data))
  }

  /**
   * What is to be stored. Which prekeys are given out stands in the credentials, which the library has stored later than the
   * keys: after a crash in between it would make new keys under ids that contacts already use. So new prekeys move the number of
   * the next one, and the credentials are stored with them.
   */
  writesOf(data: SignalDataSet): KeptWrite[] {
    const writes: KeptWrite[] = []
    for (const [type, entries] of Object.entries(data)) {
      for (const [id, value] of Object.entries(entries as Record<string, unknown>)) {
        writes.push({ key: this.keyOf(type, id), value: isNothing(value) ? undefined : encoded(needed(type, value)) })
      }
    }
    const made = preKeysIn(data)
    if (made.length === 0) return writes
    this.creds.nextPreKeyId = Math.max(this.creds.nextPreKeyId, ...made.map((id) => id + 1))
    return [...writes, this.credsWrite()]
  }
}

/** The ids of those that are new. */
function preKeysIn(data: SignalDataSet): number[] {
  return Object.entries(data['pre-key'] ?? {}).flatMap(([id, value]) => (isNothing(value) ? [] : [Number(id)]))
}

/** A value as text, bytes in base64. */
function encoded(value: unknown): string {
  return JSON.stringify(value, (key, field: unknown) => BufferJSON.replacer(key, field) as unknown)
}

export function decoded(text: string): unknown {
  return JSON.parse(text, (key, field: unknown) => BufferJSON.reviver(key, field) as unknown)
}

/** These must be objects of their class, or reading an app state fails without a word. */
function revived(type: string, value: unknown): unknown {
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value
}

/** What is worth keeping of a value. */
function needed(type: string, value: unknown): unknown {
  if (type === 'sender-key' && value instanceof Uint8Array) return withoutNeedlessKeys(value)
  return type === 'session' && typeof value === 'object' && value !== null ? withoutOldChains(value) : value
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}
