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

/** Above this the buckets that are full again are forgotten. */
const MAX_BUCKETS = 10_000

/** A token bucket for each key, most often a user. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: RateLimit, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** @throws MatrixError M_LIMIT_EXCEEDED with the time after which a token is there */
  take(key: string): void {
    const nowMs = this.#now()
    const { perSecond, burst } = this.#limit
    let bucket = this.#buckets.get(key)
    if (!bucket) {
      if (this.#buckets.size >= MAX_BUCKETS) this.#forgetFull(nowMs)
      bucket = { tokens: burst, atMs: nowMs }
      this.#buckets.set(key, bucket)
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond)
    bucket.atMs = nowMs
    if (bucket.tokens < 1) throw limitExceeded(Math.ceil(((1 - bucket.tokens) / perSecond) * 1000))
    bucket.tokens -= 1
  }

  #forgetFull(nowMs: number): void {
    const fullAfterMs = (this.#limit.burst / this.#limit.perSecond) * 1000
    for (const [key, bucket] of this.#buckets) if (nowMs - bucket.atMs >= fullAfterMs) this.#buckets.delete(key)
  }
}
