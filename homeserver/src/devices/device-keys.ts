import { setImmediate } from 'node:timers/promises'
import type { Database } from '@pons/database'
import {
  innerMap,
  jsonOf,
  badJson,
  invalidParam,
  invalidSignature,
  isJsonObject,
  MatrixError,
  resourceLimitExceeded,
  tooLarge,
  utf8Length,
  type Crypto,
  type JsonObject,
  type JsonValue,
  type ServerName,
  type UserId,
  type Clock,
} from '@pons/matrix'
import type { ClaimableKey, DeviceKeyStore } from '../storage/device-key-store.ts'
import type { TokenOwner } from '../storage/device-store.ts'
import { ReadCache } from '../storage/read-cache.ts'
import type { SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { DeviceLists } from './device-lists.ts'
import { hasValidSignature, publicKeyOf } from './key-signatures.ts'
import type { Sessions } from './sessions.ts'

export interface DeviceKeysOptions {
  readonly database: Database
  readonly clock: Clock
  readonly serverName: ServerName
  readonly crypto: Crypto
  readonly store: DeviceKeyStore
  readonly deviceLists: DeviceLists
  readonly sessions: Sessions
}

export interface KeyUpload {
  readonly deviceKeys?: JsonObject | undefined
  readonly oneTimeKeys?: JsonObject | undefined
  readonly fallbackKeys?: JsonObject | undefined
}

/** What a device is told of its keys with every sync. */
export interface KeyStock {
  readonly counts: Record<string, number>
  readonly unusedFallbacks: string[]
}

const MAX_ONE_TIME_KEYS = 500
const MAX_CLAIMS = 10_000
const ADDED_AT_ONCE = 100
const CLAIMS_AT_ONCE = 50
const MAX_PER_UPLOAD = 200
const MAX_KEY_BYTES = 4096
const MAX_FALLBACK_KEYS = 20
const MAX_DEVICE_KEYS_BYTES = 16_384
/** Keys, and algorithms, of one device. */
const MAX_NAMES = 50

/** Keys of devices, published and claimed: https://spec.matrix.org/v1.19/client-server-api/#end-to-end-encryption */
export class DeviceKeys implements SyncSection {
  readonly key = 'k'
  readonly #options: DeviceKeysOptions
  readonly #stock = new ReadCache<string, KeyStock>(20_000)
  readonly #listeners: ((owner: TokenOwner) => void)[] = []

  constructor(options: DeviceKeysOptions) {
    this.#options = options
    options.sessions.onDelete(async (tx, owner) => {
      await options.store.deleteDevice(tx, owner)
      tx.onCommit(() => this.#forget(owner))
    })
  }

  /** Called when the number of keys of a device changed. */
  onStock(listener: (owner: TokenOwner) => void): void {
    this.#listeners.push(listener)
  }

  /** Returns the counts after. @throws MatrixError M_INVALID_PARAM, M_INVALID_SIGNATURE, M_BAD_JSON */
  async upload(owner: TokenOwner, upload: KeyUpload): Promise<Record<string, number>> {
    const { database, clock, store, deviceLists, crypto } = this.#options
    if (upload.deviceKeys) checkDeviceKeys(owner, upload.deviceKeys, crypto)
    const oneTimeKeys = claimableKeys(upload.oneTimeKeys)
    const fallbackKeys = claimableKeys(upload.fallbackKeys)
    if (oneTimeKeys.length + fallbackKeys.length > MAX_ONE_TIME_KEYS) throw tooManyKeys()
    const { userId, deviceId } = owner
    await this.#checkSignatures(owner, upload.deviceKeys, [...oneTimeKeys, ...fallbackKeys])
    return database.transaction(async (tx) => {
      if (upload.deviceKeys) {
        const before = await store.keys(userId, deviceId, tx)
        const { unsigned: _unsigned, ...content } = upload.deviceKeys
        if (JSON.stringify(before?.content) !== JSON.stringify(content)) {
          await store.setKeys(tx, owner, content)
          await deviceLists.changed(tx, userId)
        }
      }
      for (const [at, key] of oneTimeKeys.entries()) {
        // Hundreds of keys let others have their turn.
        if (at % ADDED_AT_ONCE === ADDED_AT_ONCE - 1) await setImmediate()
        if (await store.addOneTimeKey(tx, owner, key, clock.now())) continue
        throw invalidParam(`One time key ${key.algorithm}:${key.keyId} already exists, and is another`)
      }
      for (const key of fallbackKeys) await store.setFallbackKey(tx, owner, key)
      if (fallbackKeys.length > 0 && (await store.countFallbacks(tx, owner)) > MAX_FALLBACK_KEYS)
        throw resourceLimitExceeded(`a device may have fallback keys of ${MAX_FALLBACK_KEYS} algorithms at most`)
      const counts = await store.counts(userId, deviceId, tx)
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
      if (total > MAX_ONE_TIME_KEYS) throw tooManyKeys()
      if (oneTimeKeys.length + fallbackKeys.length > 0) tx.onCommit(() => this.#changed(owner))
      return counts
    })
  }

  /** Keys that say they are signed are signed by the device, as far as its own key is known. @throws MatrixError M_INVALID_SIGNATURE */
  async #checkSignatures(
    { userId, deviceId }: TokenOwner,
    uploaded: JsonObject | undefined,
    keys: readonly ClaimableKey[],
  ): Promise<void> {
    const { store, crypto } = this.#options
    const keyId = `ed25519:${deviceId}`
    const deviceKeys = uploaded ?? (await store.keys(userId, deviceId))?.content
    const publicKey = deviceKeys && publicKeyOf(deviceKeys, keyId)
    if (!publicKey) return
    for (const [index, { algorithm, content }] of keys.entries()) {
      if (!algorithm.startsWith('signed_')) continue
      // A signature takes about a tenth of a millisecond to check.
      if (index % 20 === 19) await setImmediate()
      if (!isJsonObject(content) || !hasValidSignature(content, { signer: userId, keyId, publicKey }, crypto))
        throw invalidSignature(`a key of ${algorithm} is not signed by the device`)
    }
  }

  /** user -> device -> algorithm, answered by user -> device -> key. */
  async claim(wanted: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<JsonObject> {
    const { database, store, serverName } = this.#options
    const oneTimeKeys = new Map<string, Map<string, JsonObject>>()
    const failures = new Map<string, JsonObject>()
    const claims: { userId: UserId; deviceId: string; algorithm: string }[] = []
    for (const [userId, devices] of Object.entries(wanted)) {
      const server = userId.slice(userId.indexOf(':') + 1)
      if (server !== serverName) {
        failures.set(server, { errcode: 'M_UNKNOWN', message: 'This server does not federate' })
        continue
      }
      for (const [deviceId, algorithm] of Object.entries(devices)) {
        claims.push({ userId: userId as UserId, deviceId, algorithm })
      }
    }
    if (claims.length > MAX_CLAIMS) throw tooLarge(`keys of ${MAX_CLAIMS} devices may be claimed at once`)
    // Each claim stands for itself, so that many need not be one long transaction.
    for (let at = 0; at < claims.length; at += CLAIMS_AT_ONCE) {
      await database.transaction(async (tx) => {
        for (const { userId, deviceId, algorithm } of claims.slice(at, at + CLAIMS_AT_ONCE)) {
          const key = await store.claim(tx, userId, deviceId, algorithm)
          if (!key) continue
          innerMap(oneTimeKeys, userId).set(deviceId, { [`${key.algorithm}:${key.keyId}`]: key.content })
          tx.onCommit(() => this.#changed({ userId, deviceId } as TokenOwner))
        }
      })
    }
    return { one_time_keys: jsonOf(oneTimeKeys), failures: jsonOf(failures) }
  }

  async stock(userId: UserId, deviceId: string): Promise<KeyStock> {
    const { store } = this.#options
    return this.#stock.get(`${userId}\0${deviceId}`, async () => ({
      counts: await store.counts(userId, deviceId),
      unusedFallbacks: await store.unusedFallbacks(userId, deviceId),
    }))
  }

  position(): number {
    return 0
  }

  async collect({ userId, deviceId }: SectionRequest): Promise<SectionResult> {
    if (deviceId === undefined) return {}
    const { counts, unusedFallbacks } = await this.stock(userId, deviceId)
    return {
      always: {
        // Clients that hear of no count at all take it for a server that does not count.
        device_one_time_keys_count: { signed_curve25519: 0, ...counts },
        device_unused_fallback_key_types: unusedFallbacks,
        'org.matrix.msc2732.device_unused_fallback_key_types': unusedFallbacks,
      },
    }
  }

  #forget({ userId, deviceId }: TokenOwner): void {
    this.#stock.forget(`${userId}\0${deviceId}`)
  }

  #changed(owner: TokenOwner): void {
    this.#forget(owner)
    for (const listener of this.#listeners) listener(owner)
  }
}

function tooManyKeys(): MatrixError {
  return resourceLimitExceeded(`a device may have ${MAX_ONE_TIME_KEYS} one-time keys at most`)
}

function checkDeviceKeys({ userId, deviceId }: TokenOwner, keys: JsonObject, crypto: Crypto): void {
  if (keys['user_id'] !== userId || keys['device_id'] !== deviceId) {
    throw invalidParam('device_keys are of another user or device')
  }
  const { keys: byId, algorithms, signatures } = keys
  if (!isJsonObject(byId) || !Array.isArray(algorithms)) throw badJson('device_keys lack keys or algorithms')
  if (signatures !== undefined && !isJsonObject(signatures)) throw badJson('signatures is not an object')
  if (!Object.values(byId).every((key) => typeof key === 'string')) throw badJson('a key is no text')
  const isNames = algorithms.every((name) => typeof name === 'string')
  if (!isNames || algorithms.length > MAX_NAMES || Object.keys(byId).length > MAX_NAMES)
    throw badJson(`device_keys have ${MAX_NAMES} keys and algorithms at most`)
  if (utf8Length(JSON.stringify(keys)) > MAX_DEVICE_KEYS_BYTES)
    throw tooLarge(`device_keys have ${MAX_DEVICE_KEYS_BYTES} bytes at most`)
  const keyId = `ed25519:${deviceId}`
  const publicKey = publicKeyOf(keys, keyId)
  if (publicKey?.length !== 32 || !hasValidSignature(keys, { signer: userId, publicKey, keyId }, crypto)) {
    throw invalidSignature('device_keys are not signed by the device')
  }
}

/** `algorithm:id` -> key */
function claimableKeys(keys: JsonObject | undefined): ClaimableKey[] {
  const entries = Object.entries(keys ?? {})
  if (entries.length > MAX_PER_UPLOAD)
    throw resourceLimitExceeded(`at most ${MAX_PER_UPLOAD} keys may be uploaded at once`)
  return entries.map(([name, content]: [string, JsonValue]) => {
    const colon = name.indexOf(':')
    if (colon < 1 || colon === name.length - 1 || name.length > 255) {
      throw new MatrixError('M_INVALID_PARAM', 'the name of a key is algorithm:id')
    }
    if (typeof content !== 'string' && !isJsonObject(content)) throw badJson('a key is text or an object')
    if (utf8Length(JSON.stringify(content)) > MAX_KEY_BYTES) throw tooLarge(`a key has ${MAX_KEY_BYTES} bytes at most`)
    return { algorithm: name.slice(0, colon), keyId: name.slice(colon + 1), content }
  })
}
