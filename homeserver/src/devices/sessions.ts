import { hash, randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Database, Transaction } from '@pons/database'
import {
  invalidParam,
  isDeviceId,
  resourceLimitExceeded,
  unknownToken,
  type DeviceId,
  type UserId,
  type Clock,
} from '@pons/matrix'
import QuickLRU from 'quick-lru'
import { DeviceStore, type AccessToken, type Device, type TokenOwner } from '../storage/device-store.ts'
import { ReadCache } from '../storage/read-cache.ts'

export interface NewSession {
  readonly userId: UserId
  readonly deviceId?: string | undefined
  readonly displayName?: string | undefined
  /** The access token shall expire, and come with one to get the next. */
  readonly isRefreshed?: boolean | undefined
}

export interface SessionTokens {
  readonly accessToken: string
  readonly deviceId: DeviceId
  readonly refreshToken?: string
  readonly expiresInMs?: number
}

/** Runs in the transaction that deletes or renames a device, so that nothing of it is left behind, or goes untold. */
export type DeviceHook = (tx: Transaction, owner: TokenOwner) => Promise<void>

const ACCESS_TOKEN_LIFE_MS = 60 * 60 * 1000
const DELETED_AT_ONCE = 8
const MAX_DEVICES = 500
const SEEN_EVERY_MS = 10 * 60 * 1000

/** Devices and their access tokens. */
export class Sessions {
  readonly #db: Database
  readonly #clock: Clock
  readonly #store: DeviceStore
  /** By hash, so that a look-up tells nothing of the token by its time. */
  readonly #tokens = new ReadCache<string, AccessToken>(50_000)
  readonly #seenTs = new QuickLRU<string, number>({ maxSize: 50_000 })
  readonly #deletionHooks: DeviceHook[] = []
  readonly #renameHooks: DeviceHook[] = []
  readonly #creationHooks: ((tx: Transaction, owner: TokenOwner) => void)[] = []

  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
    this.#store = new DeviceStore(db)
  }

  onDelete(hook: DeviceHook): void {
    this.#deletionHooks.push(hook)
  }

  /** Called in the transaction that makes a device. */
  onCreate(hook: (tx: Transaction, owner: TokenOwner) => void): void {
    this.#creationHooks.push(hook)
  }

  onRename(hook: DeviceHook): void {
    this.#renameHooks.push(hook)
  }

  /** A known device gets a new token instead of the one it had. @throws MatrixError M_INVALID_PARAM, M_RESOURCE_LIMIT_EXCEEDED */
  async logIn({ userId, deviceId, displayName, isRefreshed }: NewSession): Promise<SessionTokens> {
    if (deviceId !== undefined && !isDeviceId(deviceId)) throw invalidParam('device_id is not a device id')
    const owner = { userId, deviceId: deviceId ?? newDeviceId() }
    return this.#db.transaction(async (tx) => {
      await this.#saveIn(tx, owner, displayName)
      await this.#store.deleteRefreshTokens(tx, owner)
      return this.#issue(tx, owner, isRefreshed ? 1 : undefined)
    })
  }

  async ownerOfRefreshToken(refreshToken: string): Promise<UserId | undefined> {
    return (await this.#store.refreshToken(tokenHash(refreshToken), this.#db))?.userId
  }

  /** https://spec.matrix.org/v1.19/client-server-api/#refreshing-access-tokens @throws MatrixError M_UNKNOWN_TOKEN */
  async refresh(refreshToken: string): Promise<SessionTokens> {
    return this.#db.transaction(async (tx) => {
      const token = await this.#store.refreshToken(tokenHash(refreshToken), tx)
      if (!token) throw unknownToken('Unrecognised refresh token', { soft_logout: false })
      return this.#issue(tx, token, token.generation + 1)
    })
  }

  /** @throws MatrixError M_UNKNOWN_TOKEN with soft_logout for a token that has expired */
  async ownerOf(accessToken: string): Promise<TokenOwner | undefined> {
    const digest = tokenHash(accessToken)
    const token = await this.#tokens.get(digest.toString('latin1'), () => this.#store.token(digest))
    if (token?.expiresTs !== undefined && token.expiresTs <= this.#clock.now()) {
      throw unknownToken('The access token has expired', { soft_logout: true })
    }
    return token && { userId: token.userId, deviceId: token.deviceId }
  }

  /** Notes the time and address of a request, written at most every ten minutes. */
  saw(owner: TokenOwner, ip: string | undefined): void {
    const now = this.#clock.now()
    const key = `${owner.userId}\0${owner.deviceId}`
    if (now - (this.#seenTs.get(key) ?? 0) < SEEN_EVERY_MS) return
    this.#seenTs.set(key, now)
    // Lost when the server stops at this moment, which is no harm.
    this.#db.transaction((tx) => this.#store.saw(tx, owner, now, ip)).catch(() => this.#seenTs.delete(key))
  }

  async exists(userId: UserId, deviceId: string): Promise<boolean> {
    return this.#store.exists(userId, deviceId)
  }

  /** Every device of every user. */
  async owners(): Promise<TokenOwner[]> {
    return this.#store.owners()
  }

  async devices(userId: UserId): Promise<Device[]> {
    return this.#store.of(userId)
  }

  async device(userId: UserId, deviceId: string): Promise<Device | undefined> {
    return this.#store.find(userId, deviceId)
  }

  /** A device without a token, for users of application services (MSC4190). False when it exists. */
  async createDevice(owner: TokenOwner, displayName: string | undefined): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      if (await this.#store.exists(owner.userId, owner.deviceId, tx)) return false
      await this.#saveIn(tx, owner, displayName)
      return true
    })
  }

  async rename(owner: TokenOwner, displayName: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await this.#store.rename(tx, owner, displayName)
      for (const hook of this.#renameHooks) await hook(tx, owner)
    })
  }

  async logOut(owner: TokenOwner): Promise<void> {
    await this.delete(owner.userId, [owner.deviceId])
  }

  /** Deletes devices with their tokens and all else that is theirs; those that do not exist are no error. */
  async delete(userId: UserId, deviceIds: readonly DeviceId[]): Promise<void> {
    await this.#db.transaction((tx) => this.#deleteAllIn(tx, userId, deviceIds))
  }

  async logOutAll(userId: UserId, except?: DeviceId): Promise<void> {
    await this.#db.transaction((tx) => this.logOutAllIn(tx, userId, except))
  }

  async logOutAllIn(tx: Transaction, userId: UserId, except?: DeviceId): Promise<void> {
    const devices = await this.#store.of(userId, tx)
    await this.#deleteAllIn(
      tx,
      userId,
      devices.map(({ deviceId }) => deviceId).filter((deviceId) => deviceId !== except),
    )
  }

  async #deleteAllIn(tx: Transaction, userId: UserId, deviceIds: readonly DeviceId[]): Promise<void> {
    for (const [at, deviceId] of deviceIds.entries()) {
      await this.#deleteIn(tx, { userId, deviceId })
      // Whoever has hundreds lets others have their turn.
      if (at % DELETED_AT_ONCE === DELETED_AT_ONCE - 1) await setImmediate()
    }
  }

  /** @throws MatrixError M_RESOURCE_LIMIT_EXCEEDED */
  async #saveIn(tx: Transaction, owner: TokenOwner, displayName: string | undefined): Promise<void> {
    const isNew = !(await this.#store.exists(owner.userId, owner.deviceId, tx))
    if (isNew && (await this.#store.count(tx, owner.userId)) >= MAX_DEVICES)
      throw resourceLimitExceeded(`an account may have ${MAX_DEVICES} devices at most; log out of some first`)
    await this.#store.save(tx, owner, displayName, this.#clock.now())
    if (isNew) for (const hook of this.#creationHooks) hook(tx, owner)
  }

  async #deleteIn(tx: Transaction, owner: TokenOwner): Promise<void> {
    if (!(await this.#store.exists(owner.userId, owner.deviceId, tx))) return
    await this.#store.delete(tx, owner)
    for (const hook of this.#deletionHooks) await hook(tx, owner)
    tx.onCommit(() => this.#tokens.clear())
  }

  async #issue(tx: Transaction, owner: TokenOwner, generation: number | undefined): Promise<SessionTokens> {
    const accessToken = newToken('pons')
    const createdTs = this.#clock.now()
    const expiresTs = generation === undefined ? undefined : createdTs + ACCESS_TOKEN_LIFE_MS
    await this.#store.setToken(tx, owner, { hash: tokenHash(accessToken), createdTs, expiresTs })
    tx.onCommit(() => this.#tokens.clear())
    if (generation === undefined) return { accessToken, deviceId: owner.deviceId }
    const refreshToken = newToken('ponr')
    const { userId, deviceId } = owner
    await this.#store.addRefreshToken(tx, tokenHash(refreshToken), { userId, deviceId, generation })
    return { accessToken, deviceId, refreshToken, expiresInMs: ACCESS_TOKEN_LIFE_MS }
  }
}

function newToken(prefix: string): string {
  return `${prefix}_${randomBytes(24).toString('base64url')}`
}

function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}

function newDeviceId(): DeviceId {
  return randomBytes(8).toString('hex').toUpperCase().slice(0, 10) as DeviceId
}
