import type { Logger } from 'pino'
import { backoffMs } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { LoginAccount, TellState } from './login-network.ts'

export interface AccountSlotParts {
  /** For people. */
  readonly networkName: string
  readonly logger: Logger
  readonly tell: TellState
}

const firstPauseMs = 2000
const longestPauseMs = 300_000

/**
 * The account of a login for as long as it is wanted: one at a time, and where it cannot start another after a pause, which doubles.
 * Whoever needs it waits until there is one.
 */
export class AccountSlot<Account extends Pick<LoginAccount, 'life'>> {
  readonly #parts: AccountSlotParts
  readonly #waiting = new Set<(account: Account | undefined) => void>()
  /** Inside, undefined is where there is none to be had. */
  #opening: Promise<Account | undefined> | undefined
  #opened: { readonly account: Account | undefined } | undefined
  #again: NodeJS.Timeout | undefined
  #failures = 0

  constructor(parts: AccountSlotParts) {
    this.#parts = parts
  }

  /** Resolves when the account was built; how its connection goes is told. */
  async connect(open: () => Promise<Account | undefined>): Promise<void> {
    if (this.#opening !== undefined) return
    clearTimeout(this.#again)
    const opening = open()
    this.#opening = opening
    const again = (): void => void this.connect(open)
    try {
      const account = await opening
      // Disconnected meanwhile, which stops it.
      if (this.#opening !== opening) return
      this.#opened = { account }
      for (const tell of this.#waiting) tell(account)
      this.#waiting.clear()
      if (account !== undefined) void this.#run(opening, account, again)
    } catch (error) {
      this.#tryLater(opening, error, again)
    }
  }

  /** The account that is there, or is being built. */
  async current(): Promise<Account | undefined> {
    return await this.#opening
  }

  /** The account, once there is one. @throws BridgeError where there is none to be had, or the wait is given up */
  async account(signal?: AbortSignal): Promise<Account> {
    const { account } = this.#opened ?? { account: await this.#next(signal) }
    if (account !== undefined) return account
    throw new BridgeError(`the connection to ${this.#parts.networkName} has ended`, { isRetryable: true })
  }

  async disconnect(): Promise<void> {
    clearTimeout(this.#again)
    const opening = this.#opening
    this.#opening = undefined
    this.#opened = undefined
    await (await opening?.catch(() => undefined))?.life.stop()
  }

  async #run(opening: Promise<Account | undefined>, account: Account, again: () => void): Promise<void> {
    const { life } = account
    try {
      await life.start()
      this.#failures = 0
    } catch (error) {
      // Whoever needs one waits for the next.
      if (this.#opening === opening) this.#opened = undefined
      const { logger } = this.#parts
      await life.stop().catch((failure: unknown) => logger.warn({ err: failure }, 'account could not be stopped'))
      this.#tryLater(opening, error, again)
    }
  }

  #tryLater(opening: Promise<Account | undefined>, error: unknown, again: () => void): void {
    const { networkName, logger, tell } = this.#parts
    logger.error({ err: error }, 'account could not start')
    if (this.#opening !== opening) return
    this.#opening = undefined
    this.#failures += 1
    const delayMs = backoffMs(this.#failures, { firstMs: firstPauseMs, longestMs: longestPauseMs })
    const seconds = Math.ceil(delayMs / 1000)
    tell('TRANSIENT_DISCONNECT', `${networkName} could not be reached; trying again in ${seconds} s`)
    this.#again = setTimeout(again, delayMs)
  }

  async #next(signal: AbortSignal | undefined): Promise<Account | undefined> {
    return await new Promise<Account | undefined>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(tell)
        const words = `the bridge stopped before ${this.#parts.networkName} was reached`
        reject(new BridgeError(words, { isRetryable: true }))
      }
      const tell = (account: Account | undefined): void => {
        signal?.removeEventListener('abort', giveUp)
        resolve(account)
      }
      this.#waiting.add(tell)
      if (signal?.aborted === true) giveUp()
      else signal?.addEventListener('abort', giveUp, { once: true })
    })
  }
}
