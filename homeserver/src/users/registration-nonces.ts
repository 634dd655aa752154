import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { BoundedMap } from '../storage/bounded-map.ts'

const LIFE_MS = 60_000

export interface SignedRegistration {
  readonly nonce: string
  readonly username: string
  readonly password: string
  readonly isAdmin: boolean
  readonly userType?: string | undefined
  /** Hexadecimal HMAC-SHA1 over the other parts. */
  readonly mac: string
}

/** Registration by who knows the shared secret; a nonce is good once, for a minute. */
export class RegistrationNonces {
  readonly #clock: Clock
  readonly #issued = new BoundedMap<string, number>(10_000)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(): string {
    const nonce = randomBytes(32).toString('hex')
    this.#issued.set(nonce, this.#clock.now())
    return nonce
  }

  /** Takes the nonce, whether or not the signature is right. */
  check(secret: string, signed: SignedRegistration): 'ok' | 'unknown nonce' | 'wrong mac' {
    const issuedTs = this.#issued.get(signed.nonce)
    this.#issued.delete(signed.nonce)
    if (issuedTs === undefined || this.#clock.now() - issuedTs > LIFE_MS) return 'unknown nonce'
    const { nonce, username, password, isAdmin, userType } = signed
    const parts = [
      nonce,
      username,
      password,
      isAdmin ? 'admin' : 'notadmin',
      ...(userType === undefined ? [] : [userType]),
    ]
    const expected = createHmac('sha1', secret).update(parts.join('\0')).digest()
    const given = Buffer.from(signed.mac, 'hex')
    return given.length === expected.length && timingSafeEqual(given, expected) ? 'ok' : 'wrong mac'
  }
}
