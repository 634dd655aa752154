import { RateLimiter } from '@pons/http'
import type { Config } from '../config.ts'
import type { Requester } from './requester.ts'

interface Limited {
  /** @throws MatrixError M_LIMIT_EXCEEDED */
  readonly limit?: (requester: Requester | undefined, request: { ip: string | undefined }) => void
}

/** How many requests one user, or one address without a user, may make; nothing where there is no limit. */
export function rateLimit({ rate_limit: rate }: Pick<Config, 'rate_limit'>): Limited {
  if (rate === null) return {}
  const limiter = new RateLimiter({ perSecond: rate.per_second, burst: rate.burst })
  return {
    limit(requester, { ip }) {
      if (requester?.appservice?.registration.rate_limited === false) return
      limiter.take(requester?.userId ?? ip ?? 'in process')
    },
  }
}
