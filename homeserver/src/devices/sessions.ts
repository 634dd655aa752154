import { hash, randomBytes } from 'node:crypto'
import type { Database, Transaction } from '@pons/database'
import { invalidParam, isDeviceId, unknownToken, type DeviceId, type UserId } from '@pons/matrix'
import type { Clock } from '../clock.ts'
import { BoundedMap } from '../storage/bounded-map.ts'
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

/** Runs in the transaction that deletes devices, so that nothing of them is left behind. */
export type DeletionHook = (tx: Transaction, owner: TokenOwner) => Promise<void>

const ACCESS_TOKEN_LIFE_MS = 60 * 60 * 1000
const SEEN_EVERY_MS = 10 * 60 * 1000

/** Devices and their access tokens. */
export class Sessions {
  readonly #db: Database
  readonly #clock: Clock
  readonly #store: DeviceStore
  /** By hash, so that a look-up tells nothing of the token by its time. */
  readonly #tokens = new ReadCache<string, AccessToken>(50_000)
  readonly #seenTs = new BoundedMap<string, number>(50_000)
  readonly #deletionHooks: DeletionHook[] = []

  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
    this.#store = new DeviceStore(db)
  }

  onDelete(hook: DeletionHook): void {
    this.#deletionHooks.push(hook)
  }

  /** A known device gets a new token instead of the one it had. @throws MatrixError M_INVALID_PARAM */
  async logIn({ userId, deviceId, displayName, isRefreshed }: NewSession): Promise<SessionTokens> {
    if (deviceId !== undefined && !isDeviceId(deviceId)) throw invalidParam('device_id is not a device id')
    const owner = { userId, deviceId: deviceId ?? newDeviceId() }
    return this.#db.transaction(async (tx) => {
      await this.#store.save(tx, owner, displayName, this.#clock.now())
      await this.#store.deleteRefreshTokens(tx, owner)
      return this.#issue(tx, owner, isRefreshed ? 1 : undefined)
    })
  }

  /** https://spec.matrix.org/latest/client-server-api/#refreshing-access-tokens @throws MatrixError M_UNKNOWN_TOKEN */
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
      await this.#store.save(tx, owner, displayName, this.#clock.now())
      return true
    })
  }

  async rename(owner: TokenOwner, displayName: string): Promise<void> {
    await this.#db.transaction((tx) => this.#store.rename(tx, owner, displayName))
  }

  async logOut(owner: TokenOwner): Promise<void> {
    await this.delete(owner.userId, [owner.deviceId])
  }

  /** Deletes devices with their tokens and all else that is theirs; those that do not exist are no error. */
  async delete(userId: UserId, deviceIds: readonly DeviceId[]): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const deviceId of deviceIds) await this.#deleteIn(tx, { userId, deviceId })
    })
  }

  async logOutAll(userId: UserId, except?: DeviceId): Promise<void> {
    await this.#db.transaction((tx) => this.logOutAllIn(tx, userId, except))
  }

  async logOutAllIn(tx: Transaction, userId: UserId, except?: DeviceId): Promise<void> {
    for (const { deviceId } of await this.#store.of(userId, tx)) {
      if (deviceId !== except) await this.#deleteIn(tx, { userId, deviceId })
    }
  }

  async #deleteIn(tx: Transaction, owner: TokenOwner): Promise<void> {
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
