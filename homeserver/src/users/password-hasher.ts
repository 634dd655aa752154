import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { invalidParam, limitExceeded } from '@pons/matrix'

/** log2 of scrypt's cost. */
const costs = { strong: 15, cheap: 4 } as const

/** In UTF-16 units. Normalising text takes time that is quadratic in its combining marks. */
export const MAX_PASSWORD_LENGTH = 512

/** At most this many at once: a burst of log-ins must leave threads for the disk. */
const MAX_AT_ONCE = 2
const MAX_WAITING = 200

export type Strength = keyof typeof costs

/** Hashes passwords off the event loop, a few at a time. */
export class PasswordHasher {
  readonly #logCost: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(strength: Strength) {
    this.#logCost = costs[strength]
  }

  /** `scrypt:<log2 cost>:<salt>:<key>` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16)
    const key = await this.#derive(password, salt, this.#logCost)
    return `scrypt:${this.#logCost}:${salt.toString('base64')}:${key.toString('base64')}`
  }

  async verify(password: string, stored: string): Promise<boolean> {
    const [, logCost = '', salt = '', expected = ''] = stored.split(':')
    const key = await this.#derive(password, Buffer.from(salt, 'base64'), Number(logCost))
    const wanted = Buffer.from(expected, 'base64')
    return key.length === wanted.length && timingSafeEqual(key, wanted)
  }

  /** Takes as long as a check, so that the time does not tell which users exist. */
  async verifyNothing(password: string): Promise<false> {
    await this.#derive(password, Buffer.alloc(16), this.#logCost)
    return false
  }

  async #derive(password: string, salt: Uint8Array, logCost: number): Promise<Buffer> {
    if (password.length > MAX_PASSWORD_LENGTH) throw invalidParam('the password is too long')
    if (this.#waiting.length >= MAX_WAITING) throw limitExceeded(5000, 'too many passwords are being checked')
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running += 1
    try {
      return await derive(password, salt, logCost)
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }
}

function derive(password: string, salt: Uint8Array, logCost: number): Promise<Buffer> {
  const cost = { N: 2 ** logCost, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
