import { setImmediate } from 'node:timers/promises'
import type { Database } from '@pons/database'
import {
  canonicalJson,
  invalidParam,
  innerMap,
  invalidSignature,
  isJsonObject,
  jsonOf,
  type MatrixError,
  notFound,
  ownValue,
  decodeBase64,
  tooLarge,
  utf8Length,
  type Crypto,
  type JsonObject,
  type JsonValue,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import type { CrossSigningUsage, DeviceKeyStore, KeySignature } from '../storage/device-key-store.ts'
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

interface FoundKeys {
  readonly devices: Map<string, Map<string, JsonObject>>
  /** By `master_keys` and the like. */
  readonly crossSigning: Map<string, Map<string, JsonObject>>
}

const MAX_SIGNATURES = 100
/** Checking a signature takes about a tenth of a millisecond, and a key may have as many as a device has keys. */
const CHECKED_AT_ONCE = 16
const USERS_AT_ONCE = 256
const MAX_KEY_BYTES = 8192

/** Keys of users, and who vouches for whom: https://spec.matrix.org/v1.19/client-server-api/#cross-signing */
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
        const before = present.find((of) => of.usage === usage)?.content
        const gone = before && onlyKeyOf(before)?.publicText
        if (gone !== undefined && gone !== onlyKeyOf(key)?.publicText) await store.deleteSignatures(tx, userId, gone)
        await store.setCrossSigning(tx, { userId, usage, content: key })
      }
      // Nobody else ever sees the user-signing key.
      const isPrivate = upload.master === undefined && upload.self_signing === undefined
      await (isPrivate ? deviceLists.changedFor(tx, userId, userId) : deviceLists.changed(tx, userId))
    })
  }

  /** `/keys/query`: user -> device ids, none of them for all. */
  async query(viewer: UserId, wanted: ReadonlyMap<UserId, readonly string[]>): Promise<JsonObject> {
    const { serverName } = this.#options
    const failures = new Map<string, JsonObject>()
    const users: UserId[] = []
    for (const userId of wanted.keys()) {
      const server = userId.slice(userId.indexOf(':') + 1)
      if (server === serverName) users.push(userId)
      else failures.set(server, { errcode: 'M_UNKNOWN', message: 'This server does not federate' })
    }
    const found: FoundKeys = {
      devices: new Map(users.map((userId) => [userId, new Map()])),
      crossSigning: new Map(),
    }
    // A piece at a time: somebody who asks for thousands of users must not hold up everybody else.
    for (const piece of pieces(users, USERS_AT_ONCE)) {
      await this.#queryPiece(viewer, new Map(piece.map((userId) => [userId, wanted.get(userId) ?? []])), found)
      await setImmediate()
    }
    return { device_keys: jsonOf(found.devices), failures: jsonOf(failures), ...jsonOf(found.crossSigning) }
  }

  async #queryPiece(viewer: UserId, wanted: ReadonlyMap<UserId, readonly string[]>, into: FoundKeys): Promise<void> {
    const { store } = this.#options
    const users = [...wanted.keys()]
    const signatures = byTarget(await store.signaturesOn(users, viewer))
    const wantedIds = new Map([...wanted].map(([userId, ids]) => [userId, new Set(ids)]))
    for (const { userId, deviceId, content, displayName } of await store.keysOf(users)) {
      const ids = wantedIds.get(userId)
      if (ids && ids.size > 0 && !ids.has(deviceId)) continue
      const shown = { ...content, unsigned: displayName === undefined ? {} : { device_display_name: displayName } }
      innerMap(into.devices, userId).set(deviceId, withSignatures(shown, signatures.get(targetOf(userId, deviceId))))
    }
    for (const { userId, usage, content } of await store.crossSigningOf(users)) {
      // Whom a user vouches for is their own affair.
      if (usage === 'user_signing' && userId !== viewer) continue
      const publicText = onlyKeyOf(content)?.publicText
      const made = publicText === undefined ? undefined : signatures.get(targetOf(userId, publicText))
      innerMap(into.crossSigning, `${usage}_keys`).set(userId, withSignatures(content, made))
    }
  }

  /** user -> device id or public key -> signed object. Returns the failures in the same form. @throws MatrixError M_TOO_LARGE */
  async addSignatures(signer: UserId, signed: JsonObject): Promise<JsonObject> {
    const failures = new Map<string, Map<string, JsonObject>>()
    let count = 0
    let tried = 0
    for (const objects of Object.values(signed)) {
      if (!isJsonObject(objects)) throw invalidParam('signatures are objects by user and key')
      count += Object.keys(objects).length
    }
    if (count > MAX_SIGNATURES) throw tooLarge(`${MAX_SIGNATURES} keys may be signed at once`)
    for (const [target, objects] of Object.entries(signed)) {
      if (!isJsonObject(objects)) continue
      for (const [key, object] of Object.entries(objects)) {
        const error = await this.#addSigned(signer, { target, key, object })
        if (++tried % CHECKED_AT_ONCE === 0) await setImmediate()
        if (!error) continue
        innerMap(failures, target).set(key, error.toJSON())
      }
    }
    return { failures: jsonOf(failures) }
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
      if (made.length % CHECKED_AT_ONCE === CHECKED_AT_ONCE - 1) await setImmediate()
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
      // Whom a user vouches for is their own affair.
      await (targetUser === signer ? deviceLists.changed(tx, signer) : deviceLists.changedFor(tx, signer, targetUser))
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
  if (utf8Length(JSON.stringify(key)) > MAX_KEY_BYTES)
    throw tooLarge(`the ${usage} key has more than ${MAX_KEY_BYTES} bytes`)
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

function withSignatures(object: JsonObject, added: readonly KeySignature[] | undefined): JsonObject {
  if (!added) return object
  const present = ownValue(object, 'signatures')
  const signatures = new Map<string, Map<string, JsonValue>>()
  for (const [signer, byKey] of Object.entries(isJsonObject(present) ? present : {})) {
    if (isJsonObject(byKey)) signatures.set(signer, new Map(Object.entries(byKey)))
  }
  for (const { signerUser, signerKeyId, signature } of added) {
    innerMap(signatures, signerUser).set(signerKeyId, signature)
  }
  return { ...object, signatures: jsonOf(signatures) }
}

function byTarget(signatures: readonly KeySignature[]): Map<string, KeySignature[]> {
  const byKey = new Map<string, KeySignature[]>()
  for (const signature of signatures) {
    const key = targetOf(signature.targetUser, signature.targetKey)
    const list = byKey.get(key)
    if (list) list.push(signature)
    else byKey.set(key, [signature])
  }
  return byKey
}

function targetOf(userId: UserId, key: string): string {
  return `${userId}\0${key}`
}

function pieces<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size))
}

function ownMember(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? ownValue(value, key) : undefined
}
