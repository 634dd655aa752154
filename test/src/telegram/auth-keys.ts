import { sha1 } from './crypto/hashes.ts'
import type { Challenge } from './crypto/srp.ts'
import type { Session } from './session.ts'

/** What the server remembers of an authorization key: the login, its layer and its sessions hang on it. */
export interface AuthKey {
  /** The last eight bytes of the key's SHA-1. */
  readonly id: Buffer
  readonly key: Buffer
  salt: bigint
  /** The data centre it was made for. */
  dc: number
  /** undefined: nobody is logged in with it. */
  userId: bigint | undefined
  /** Remembered for the key, not the session: clients do not repeat it on further sessions. */
  layer: number | undefined
  readonly sessions: Map<bigint, Session>
  /** A login in progress: who has given the code and must still give the password, and who has accepted the QR code. */
  awaitingPassword?: bigint | undefined
  qrAcceptedBy?: bigint | undefined
  challenge?: Challenge | undefined
  /** Why the key no longer serves, as the error that every call gets. */
  revokedWith?: string | undefined
}

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
