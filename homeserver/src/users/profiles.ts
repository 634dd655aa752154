import type { Database, Transaction } from '@pons/database'
import {
  invalidParam,
  isMxcUri,
  keyTooLarge,
  ownValue,
  profileTooLarge,
  utf8Length,
  type JsonObject,
  type JsonValue,
  type UserId,
} from '@pons/matrix'
import { ProfileStore } from '../storage/profile-store.ts'
import { ReadCache } from '../storage/read-cache.ts'

/** https://spec.matrix.org/v1.19/client-server-api/#profiles */
const maxFieldNameBytes = 255
const maxProfileBytes = 65_536
/** Of what stands in a member event of every room, and is searched. */
const maxMemberFieldBytes = 1024

/** What users show of themselves: `displayname`, `avatar_url`, and free fields (MSC4133). */
export class Profiles {
  readonly #db: Database
  readonly #store: ProfileStore
  readonly #known = new ReadCache<UserId, JsonObject>(20_000)

  constructor(db: Database) {
    this.#db = db
    this.#store = new ProfileStore(db)
  }

  async of(userId: UserId): Promise<JsonObject> {
    return this.#known.get(userId, () => this.#store.of(userId))
  }

  /** For work inside a write transaction, which must not wait for reads of others. */
  async ofIn(tx: Transaction, userId: UserId): Promise<JsonObject> {
    const known = this.#known.peek(userId)
    if (known) return known
    const profile = await this.#store.of(userId, tx)
    tx.onCommit(() => this.#known.put(userId, profile))
    return profile
  }

  /** The part that member events carry. */
  async memberFields(userId: UserId): Promise<JsonObject> {
    const { displayname, avatar_url: avatarUrl } = await this.of(userId)
    return {
      ...(displayname !== undefined && { displayname }),
      ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
    }
  }

  /** Returns whether something changed. @throws MatrixError M_INVALID_PARAM, M_KEY_TOO_LARGE, M_PROFILE_TOO_LARGE */
  async set(userId: UserId, field: string, value: JsonValue): Promise<boolean> {
    checkField(field, value)
    return this.#change(userId, async (tx, before) => {
      if (isSame(ownValue(before, field), value)) return false
      checkSize({ ...before, [field]: value })
      await this.#store.set(tx, userId, field, value)
      return true
    })
  }

  /** Part of making an account that says nothing of itself: whoever was made does something next, mostly join a room. */
  emptyIn(tx: Transaction, userId: UserId): void {
    tx.onCommit(() => this.#known.put(userId, {}))
  }

  /** Part of making the account: there is nothing yet that it could be the same as. */
  async setIn(tx: Transaction, userId: UserId, field: string, value: JsonValue): Promise<void> {
    checkField(field, value)
    checkSize({ [field]: value })
    await this.#store.set(tx, userId, field, value)
    tx.onCommit(() => this.#known.forget(userId))
  }

  async remove(userId: UserId, field: string): Promise<boolean> {
    return this.#change(userId, async (tx, before) => {
      if (ownValue(before, field) === undefined) return false
      await this.#store.remove(tx, userId, field)
      return true
    })
  }

  /** Makes the profile what is given, all else goes. Returns the names of the fields that changed. */
  async replace(userId: UserId, next: JsonObject): Promise<Set<string>> {
    for (const [field, value] of Object.entries(next)) checkField(field, value)
    checkSize(next)
    const changed = new Set<string>()
    await this.#change(userId, async (tx, before) => {
      for (const field of Object.keys(before)) {
        if (Object.hasOwn(next, field)) continue
        changed.add(field)
        await this.#store.remove(tx, userId, field)
      }
      for (const [field, value] of Object.entries(next)) {
        if (isSame(ownValue(before, field), value)) continue
        changed.add(field)
        await this.#store.set(tx, userId, field, value)
      }
      return changed.size > 0
    })
    return changed
  }

  async #change(userId: UserId, change: (tx: Transaction, before: JsonObject) => Promise<boolean>): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const isChanged = await change(tx, await this.#store.of(userId, tx))
      if (isChanged) tx.onCommit(() => this.#known.forget(userId))
      return isChanged
    })
  }
}

function isSame(before: JsonValue | undefined, value: JsonValue): boolean {
  return JSON.stringify(before) === JSON.stringify(value)
}

function checkField(field: string, value: JsonValue): void {
  if (field === '' || utf8Length(field) > maxFieldNameBytes) {
    throw keyTooLarge('the name of a profile field may have 255 bytes at most')
  }
  const isOfMember = field === 'displayname' || field === 'avatar_url'
  if (isOfMember && typeof value === 'string' && utf8Length(value) > maxMemberFieldBytes)
    throw invalidParam(`${field} may have ${maxMemberFieldBytes} bytes at most`)
  if (field === 'displayname' && typeof value !== 'string') throw invalidParam('displayname must be text')
  // Empty is how clients take an avatar away.
  if (field === 'avatar_url' && value !== '' && !isMxcUri(value)) throw invalidParam('avatar_url must be an mxc URI')
}

function checkSize(profile: JsonObject): void {
  if (utf8Length(JSON.stringify(profile)) > maxProfileBytes) throw profileTooLarge('a profile may have 64 KiB at most')
}
