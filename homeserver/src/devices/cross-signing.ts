import type { Database } from '@pons/database'
import {
  canonicalJson,
  forbidden,
  invalidParam,
  invalidSignature,
  isJsonObject,
  type MatrixError,
  notFound,
  ownValue,
  decodeBase64,
  type Crypto,
  type JsonObject,
  type JsonValue,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import type { CrossSigningKey, CrossSigningUsage, DeviceKeyStore, KeySignature } from '../storage/device-key-store.ts'
import type { DeviceLists } from './device-lists.ts'
import { hasValidSignature, onlyKeyOf, publicKeyOf } from './key-signatures.ts'

export interface CrossSigningOptions {
  readonly database: Database
  readonly serverName: ServerName
  readonly crypto: Crypto
  readonly store: DeviceKeyStore
  readonly deviceLists: DeviceLists
}

export type CrossSigningUpload = Partial<Record<CrossSigningUsage, JsonObject>>

const MAX_SIGNATURES = 100

/** Keys of users, and who vouches for whom: https://spec.matrix.org/latest/client-server-api/#cross-signing */
export class CrossSigning {
  readonly #options: CrossSigningOptions

  constructor(options: CrossSigningOptions) {
    this.#options = options
  }

  /** Whether the upload would take the place of keys that others trust already. */
  async replaces(userId: UserId, upload: CrossSigningUpload): Promise<boolean> {
    const present = await this.#options.store.crossSigningOf([userId])
    if (!present.some(({ usage }) => usage === 'master')) return false
    return Object.entries(upload).some(([usage, key]) => {
      const before = present.find((of) => of.usage === usage)
      return !before || canonicalJson(unsigned(before.content)) !== canonicalJson(unsigned(key))
    })
  }

  /** @throws MatrixError M_INVALID_PARAM, M_INVALID_SIGNATURE */
  async upload(userId: UserId, upload: CrossSigningUpload): Promise<void> {
    const { database, store, deviceLists, crypto } = this.#options
    for (const [usage, key] of entriesOf(upload)) checkKey(userId, usage, key)
    await database.transaction(async (tx) => {
      const present = await store.crossSigningOf([userId], tx)
      const master = upload.master ?? present.find(({ usage }) => usage === 'master')?.content
      if (!master) throw invalidParam('there is no master key')
      for (const [usage, key] of entriesOf(upload)) {
        if (usage !== 'master' && !isSignedBy(key, master, userId, crypto)) {
          throw invalidSignature(`the ${usage} key is not signed by the master key`)
        }
        await store.setCrossSigning(tx, { userId, usage, content: key })
      }
      await deviceLists.changed(tx, userId)
    })
  }

  /** `/keys/query`: user -> device ids, none of them for all. */
  async query(viewer: UserId, wanted: ReadonlyMap<UserId, readonly string[]>): Promise<JsonObject> {
    const { store, serverName } = this.#options
    const failures: JsonObject = {}
    const users: UserId[] = []
    for (const userId of wanted.keys()) {
      const server = userId.slice(userId.indexOf(':') + 1)
      if (server === serverName) users.push(userId)
      else failures[server] = { errcode: 'M_UNKNOWN', message: 'This server does not federate' }
    }
    const signatures = await store.signaturesOn(users, viewer)
    const deviceKeys: Record<string, JsonObject> = Object.fromEntries(users.map((userId) => [userId, {}]))
    for (const { userId, deviceId, content, displayName } of await store.keysOf(users)) {
      const ids = wanted.get(userId) ?? []
      if (ids.length > 0 && !ids.includes(deviceId)) continue
      const shown = { ...content, unsigned: displayName === undefined ? {} : { device_display_name: displayName } }
      const ofUser = (deviceKeys[userId] ??= {})
      ofUser[deviceId] = withSignatures(shown, signatures, userId, deviceId)
    }
    const result: JsonObject = { device_keys: deviceKeys, failures }
    for (const key of await store.crossSigningOf(users)) addCrossSigning(result, key, viewer, signatures)
    return result
  }

  /** user -> device id or public key -> signed object. Returns the failures in the same form. */
  async addSignatures(signer: UserId, signed: JsonObject): Promise<JsonObject> {
    const failures: Record<string, JsonObject> = {}
    let left = MAX_SIGNATURES
    for (const [target, objects] of Object.entries(signed)) {
      if (!isJsonObject(objects)) throw invalidParam('signatures are objects by user and key')
      for (const [key, object] of Object.entries(objects)) {
        left -= 1
        const error =
          left < 0 ? forbidden('too many signatures at once') : await this.#addSigned(signer, { target, key, object })
        if (!error) continue
        const ofUser = (failures[target] ??= {})
        ofUser[key] = error.toJSON()
      }
    }
    return { failures }
  }

  async #addSigned(
    signer: UserId,
    { target, key, object }: { target: string; key: string; object: JsonValue },
  ): Promise<MatrixError | undefined> {
    const { database, store, deviceLists, crypto } = this.#options
    if (!isJsonObject(object)) return invalidParam('a signed key is an object')
    const targetUser = target as UserId
    const present = await this.#signable(signer, targetUser, key)
    if (!present) return notFound('There is no such key that you can sign')
    if (canonicalJson(unsigned(present)) !== canonicalJson(unsigned(object))) {
      return invalidSignature('The signed key is not the one that was published')
    }
    const made: KeySignature[] = []
    const byKey = ownMember(ownValue(object, 'signatures'), signer)
    for (const [keyId, signature] of Object.entries(isJsonObject(byKey) ? byKey : {})) {
      const publicKey = await this.#signingKey(signer, keyId)
      if (
        !publicKey ||
        typeof signature !== 'string' ||
        !hasValidSignature(object, { signer, keyId, publicKey }, crypto)
      ) {
        return invalidSignature('A signature is not right')
      }
      made.push({ targetUser, targetKey: key, signerUser: signer, signerKeyId: keyId, signature })
    }
    if (made.length === 0) return invalidSignature('There is no signature of yours')
    await database.transaction(async (tx) => {
      for (const signature of made) await store.addSignature(tx, signature)
      await deviceLists.changed(tx, targetUser)
    })
    return undefined
  }

  /** Own devices and the own master key; of others the master key. */
  async #signable(signer: UserId, target: UserId, key: string): Promise<JsonObject | undefined> {
    const { store } = this.#options
    const device = signer === target ? await store.keys(target, key) : undefined
    if (device) return device.content
    const master = (await store.crossSigningOf([target])).find(({ usage }) => usage === 'master')
    return master && onlyKeyOf(master.content)?.publicText === key ? master.content : undefined
  }

  async #signingKey(signer: UserId, keyId: string): Promise<Uint8Array | undefined> {
    const { store } = this.#options
    const name = keyId.slice(keyId.indexOf(':') + 1)
    const device = await store.keys(signer, name)
    if (device) return publicKeyOf(device.content, keyId)
    for (const { content } of await store.crossSigningOf([signer])) {
      const only = onlyKeyOf(content)
      if (only?.keyId === keyId) return decodeBase64(only.publicText)
    }
    return undefined
  }
}

function entriesOf(upload: CrossSigningUpload): [CrossSigningUsage, JsonObject][] {
  return (['master', 'self_signing', 'user_signing'] as const).flatMap((usage) => {
    const key = upload[usage]
    return key ? [[usage, key] as [CrossSigningUsage, JsonObject]] : []
  })
}

function checkKey(userId: UserId, usage: CrossSigningUsage, key: JsonObject): void {
  const usages = key['usage']
  if (key['user_id'] !== userId) throw invalidParam(`the ${usage} key is of another user`)
  if (!Array.isArray(usages) || !usages.includes(usage)) throw invalidParam(`the ${usage} key is not for that`)
  const only = onlyKeyOf(key)
  if (!only || only.keyId !== `ed25519:${only.publicText}` || decodeBase64(only.publicText)?.length !== 32) {
    throw invalidParam(`the ${usage} key must hold just one ed25519 key, under its own name`)
  }
}

function isSignedBy(key: JsonObject, master: JsonObject, userId: UserId, crypto: Crypto): boolean {
  const only = onlyKeyOf(master)
  const publicKey = only && decodeBase64(only.publicText)
  return (
    publicKey !== undefined && hasValidSignature(key, { signer: userId, keyId: only?.keyId ?? '', publicKey }, crypto)
  )
}

function unsigned(key: JsonObject): JsonObject {
  const { signatures: _signatures, unsigned: _unsigned, ...rest } = key
  return rest
}

function addCrossSigning(
  result: JsonObject,
  { userId, usage, content }: CrossSigningKey,
  viewer: UserId,
  signatures: readonly KeySignature[],
): void {
  // Whom a user vouches for is their own affair.
  if (usage === 'user_signing' && userId !== viewer) return
  const list = (result[`${usage}_keys`] ??= {}) as JsonObject
  const publicText = onlyKeyOf(content)?.publicText
  list[userId] = publicText === undefined ? content : withSignatures(content, signatures, userId, publicText)
}

function withSignatures(object: JsonObject, all: readonly KeySignature[], user: UserId, key: string): JsonObject {
  const added = all.filter(({ targetUser, targetKey }) => targetUser === user && targetKey === key)
  if (added.length === 0) return object
  const present = ownValue(object, 'signatures')
  const signatures: Record<string, JsonObject> = {}
  for (const [signer, byKey] of Object.entries(isJsonObject(present) ? present : {})) {
    if (isJsonObject(byKey)) signatures[signer] = { ...byKey }
  }
  for (const { signerUser, signerKeyId, signature } of added) {
    const bySigner = (signatures[signerUser] ??= {})
    bySigner[signerKeyId] = signature
  }
  return { ...object, signatures }
}

function ownMember(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? ownValue(value, key) : undefined
}
