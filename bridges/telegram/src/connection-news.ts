import type { BridgeHost, TellState } from '@pons/core'
import { isLoginOver } from './protocol/is-login-over.ts'
import { UnansweredError } from './protocol/unanswered-error.ts'
import { waitOf } from './protocol/wait-of.ts'
import type { ConnectionState } from './protocol/watch-connection.ts'

export interface ConnectionNewsParts {
  readonly logger: BridgeHost['logger']
  readonly tell: TellState
}

/** How an account's connection goes, told until it is stopped; and whether the login is over. */
export class ConnectionNews {
  readonly #parts: ConnectionNewsParts
  readonly #over = new AbortController()
  #hasStopped = false

  constructor(parts: ConnectionNewsParts) {
    this.#parts = parts
  }

  /** Aborted when Telegram has ended the login. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  connecting(): void {
    this.#tell('CONNECTING')
  }

  connected(): void {
    this.#tell('CONNECTED')
  }

  late(): void {
    this.#tell('TRANSIENT_DISCONNECT', 'Telegram cannot be reached; trying again')
  }

  /** What the client says of it, that it is there aside. */
  changed(state: Exclude<ConnectionState, 'connected'>): void {
    // The key is unknown to the server: the client has ended without a word, and calls would wait for ever.
    if (state === 'broken') return this.ended('Telegram no longer knows this login')
    this.#tell('TRANSIENT_DISCONNECT', 'the connection to Telegram was lost; connecting again')
  }

  ended(message: string): void {
    if (this.over.aborted || this.#hasStopped) return
    this.#tell('BAD_CREDENTIALS', message)
    this.#over.abort()
  }

  /** Says what went wrong; where the login is over, that it is. */
  failed(error: unknown): void {
    if (error instanceof UnansweredError || this.#hasStopped) return
    if (isLoginOver(error)) return this.ended(wordsForEnd(error))
    this.#parts.logger.warn({ err: error, waitSeconds: waitOf(error) }, 'telegram call failed')
  }

  /** Whatever the connection still does is nobody's business. */
  stop(): void {
    this.#hasStopped = true
  }

  #tell(...news: Parameters<TellState>): void {
    if (!this.#hasStopped) this.#parts.tell(...news)
  }
}

function wordsForEnd(error: unknown): string {
  const { errorMessage } = error as { errorMessage?: string }
  if (errorMessage?.startsWith('USER_DEACTIVATED') === true) return 'Telegram has deactivated this account'
  if (errorMessage === 'AUTH_KEY_DUPLICATED')
    return 'this login was used from two places at once, and Telegram has ended it'
  return 'the login was ended on another device'
}
