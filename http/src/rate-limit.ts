import { limitExceeded } from '@pons/matrix'

export interface RateLimit {
  readonly perSecond: number
  /** How many requests a user can make at once after a rest. */
  readonly burst: number
}

interface Bucket {
  tokens: number
  atMs: number
}

/** Above this the buckets that nobody took from for longest are forgotten. */
const MAX_BUCKETS = 50_000

/** A token bucket for each key, most often a user. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #now: () => number
  /** In the order in which they were last taken from. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: RateLimit, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** @throws MatrixError M_LIMIT_EXCEEDED with the time after which a token is there */
  take(key: string): void {
    const nowMs = this.#now()
    const { perSecond, burst } = this.#limit
    const before = this.#buckets.get(key)
    // A clock may be set back.
    const passedMs = before ? Math.max(0, nowMs - before.atMs) : 0
    const tokens = before ? Math.min(burst, before.tokens + (passedMs / 1000) * perSecond) : burst
    const isThere = tokens >= 1
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: isThere ? tokens - 1 : tokens, atMs: nowMs })
    if (this.#buckets.size > MAX_BUCKETS) this.#forgetOldest()
    if (!isThere) throw limitExceeded(Math.ceil(((1 - tokens) / perSecond) * 1000))
  }

  /** Takes back what turned out to cost nothing. */
  give(key: string): void {
    const bucket = this.#buckets.get(key)
    if (bucket) bucket.tokens = Math.min(this.#limit.burst, bucket.tokens + 1)
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key)
      return
    }
  }
}
