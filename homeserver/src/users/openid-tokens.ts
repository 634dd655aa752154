import { randomBytes } from 'node:crypto'
import type { UserId, Clock } from '@pons/matrix'
import QuickLRU from 'quick-lru'

const LIFE_SECONDS = 3600

/** Tokens by which users prove to other services who they are; lost with a restart, then new ones are asked for. */
export class OpenIdTokens {
  readonly #clock: Clock
  readonly #issued = new QuickLRU<string, { userId: UserId; expiresTs: number }>({ maxSize: 100_000 })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(userId: UserId): { token: string; lifeSeconds: number } {
    const token = randomBytes(24).toString('base64url')
    this.#issued.set(token, { userId, expiresTs: this.#clock.now() + LIFE_SECONDS * 1000 })
    return { token, lifeSeconds: LIFE_SECONDS }
  }

  ownerOf(token: string): UserId | undefined {
    const issued = this.#issued.get(token)
    return issued && issued.expiresTs > this.#clock.now() ? issued.userId : undefined
  }
}
