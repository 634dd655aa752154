import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@pons/matrix'
import QuickLRU from 'quick-lru'

const LIFE_MS = 60_000

export interface SignedParts {
  readonly nonce: string
  /** What the signature is over, after the nonce: what is done is among it, or one signature would do for something else. */
  readonly signed: readonly string[]
  /** Hexadecimal HMAC-SHA1 over nonce and parts, with U+0000 between them. */
  readonly mac: string
}

/** What is asked by who knows the shared secret; a nonce is good once, for a minute. */
export class RegistrationNonces {
  readonly #clock: Clock
  readonly #issued = new QuickLRU<string, number>({ maxSize: 10_000 })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(): string {
    const nonce = randomBytes(32).toString('hex')
    this.#issued.set(nonce, this.#clock.now())
    return nonce
  }

  /** Takes the nonce, whether or not the signature is right. */
  check(secret: string, { nonce, signed, mac }: SignedParts): 'ok' | 'unknown nonce' | 'wrong mac' {
    const issuedTs = this.#issued.get(nonce)
    this.#issued.delete(nonce)
    if (issuedTs === undefined || this.#clock.now() - issuedTs > LIFE_MS) return 'unknown nonce'
    const expected = createHmac('sha1', secret)
      .update([nonce, ...signed].join('\0'))
      .digest()
    const given = Buffer.from(mac, 'hex')
    return given.length === expected.length && timingSafeEqual(given, expected) ? 'ok' : 'wrong mac'
  }
}
