import { sha1 } from './crypto/hashes.ts'
import type { AuthKey } from './session.ts'

export type SavedKey = Pick<AuthKey, 'key' | 'salt' | 'dc' | 'userId' | 'layer'>

export class AuthKeys {
  readonly #keys = new Map<string, AuthKey>()

  add(key: Buffer, salt: bigint): AuthKey {
    const id = Buffer.from(sha1(key).subarray(12, 20))
    const added: AuthKey = { id, key, salt, userId: undefined, layer: undefined, sessions: new Map(), dc: 2 }
    this.#keys.set(id.toString('hex'), added)
    return added
  }

  byId(id: Buffer): AuthKey | undefined {
    return this.#keys.get(id.toString('hex'))
  }

  all(): AuthKey[] {
    return [...this.#keys.values()]
  }

  ofUser(userId: bigint): AuthKey[] {
    return this.all().filter((key) => key.userId === userId)
  }

  /** Of those that somebody is logged in with; connections and sessions are no part of it. */
  saved(): SavedKey[] {
    return this.all()
      .filter(({ userId }) => userId !== undefined)
      .map(({ key, salt, dc, userId, layer }) => ({ key, salt, dc, userId, layer }))
  }

  resume(saved: readonly SavedKey[]): void {
    for (const { key, salt, ...login } of saved) Object.assign(this.add(key, salt), login)
  }

  /** The server forgets the key: its next message is answered with -404. */
  forget(key: AuthKey): void {
    this.#keys.delete(key.id.toString('hex'))
  }
}
