import { isThisMachine, networkOf, RateLimiter } from '@pons/http'
import type { Clock } from '@pons/matrix'

export interface Guess {
  /** Whose secret is guessed; undefined where the secret itself says whose it is. */
  readonly account?: string | undefined
  /** Address of the client; undefined in process. */
  readonly ip: string | undefined
}

/** Wrong ones at once, and how soon there is another. */
const OF_ACCOUNT = { burst: 10, perSecond: 1 / 30 }
const OF_ADDRESS = { burst: 50, perSecond: 1 / 5 }
const NEW_ACCOUNTS = { burst: 20, perSecond: 1 / 60 }
const QUESTIONS = { burst: 50, perSecond: 1 }

/**
 * Guesses at passwords and tokens, limited by account and by address. Only wrong ones cost, but each is paid for before it
 * is checked: of many at once no more are checked than may be wrong. Addresses of this machine are not counted, since a
 * reverse proxy that the configuration does not name has them all.
 */
export class GuessLimits {
  readonly #accounts: RateLimiter
  readonly #addresses: RateLimiter
  readonly #registrations: RateLimiter
  readonly #questions: RateLimiter

  constructor(clock: Clock) {
    const now = (): number => clock.now()
    this.#accounts = new RateLimiter(OF_ACCOUNT, now)
    this.#addresses = new RateLimiter(OF_ADDRESS, now)
    this.#registrations = new RateLimiter(NEW_ACCOUNTS, now)
    this.#questions = new RateLimiter(QUESTIONS, now)
  }

  /** What `check` says, if it may be asked at all. @throws MatrixError M_LIMIT_EXCEEDED */
  async attempt(guess: Guess, check: () => Promise<boolean>): Promise<boolean> {
    const { account, ip } = guess
    const address = ip === undefined || isThisMachine(ip) ? undefined : networkOf(ip)
    if (address !== undefined) this.#addresses.take(address)
    try {
      if (account !== undefined) this.#accounts.take(account)
    } catch (error) {
      // Not checked, so not a guess of this address.
      if (address !== undefined) this.#addresses.give(address)
      throw error
    }
    // A check that fails to be made says nothing of the guess.
    let costs = false
    try {
      const isRight = await check()
      costs = !isRight
      return isRight
    } finally {
      if (!costs && address !== undefined) this.#addresses.give(address)
      if (!costs && account !== undefined) this.#accounts.give(account)
    }
  }

  /** @throws MatrixError M_LIMIT_EXCEEDED to an address that makes one account after another */
  newAccount(ip: string | undefined): void {
    if (ip !== undefined && !isThisMachine(ip)) this.#registrations.take(networkOf(ip))
  }

  /** @throws MatrixError M_LIMIT_EXCEEDED to who asks for one user that is not there after another: services may make them */
  question(asker: string): void {
    this.#questions.take(asker)
  }
}
