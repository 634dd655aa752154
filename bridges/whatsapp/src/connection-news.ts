import type { BridgeHost, LoginId, TellState } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { forgetLogin } from './account-store.ts'
import type { Verdict } from './protocol/disconnect.ts'

export interface ConnectionNewsParts {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly name: string
  readonly tell: TellState
  readonly owner: UserId
}

/** How an account's connection goes: told to the framework, and to the owner where it takes them to mend it. */
export class ConnectionNews {
  readonly #parts: ConnectionNewsParts
  #isOver = false

  constructor(parts: ConnectionNewsParts) {
    this.#parts = parts
  }

  connecting(): void {
    this.#tell('CONNECTING')
  }

  connected(): void {
    this.#tell('CONNECTED')
  }

  closed(verdict: Verdict, pauseMs: number): void {
    const { host, login, name } = this.#parts
    const pause = pauseMs >= 5000 ? ` in ${Math.ceil(pauseMs / 1000)} s` : ''
    switch (verdict.do) {
      case 'reconnect':
        return this.#tell('TRANSIENT_DISCONNECT', verdict.message + pause)
      case 'log-in-again':
        this.#tell('BAD_CREDENTIALS', verdict.message)
        return void forgetLogin(host.store, login).catch((error: unknown) => this.#note(error))
      default:
        this.#tell('UNKNOWN_ERROR', verdict.message)
        this.tellOwner(`${name}: ${verdict.message}.`)
    }
  }

  tellOwner(text: string): void {
    const { host, owner } = this.#parts
    host.notifyUser(owner, text).catch((error: unknown) => this.#note(error))
  }

  /** The account is stopped: whatever its connection still does is nobody's business. */
  end(): void {
    this.#isOver = true
  }

  #tell(...news: Parameters<TellState>): void {
    if (!this.#isOver) this.#parts.tell(...news)
  }

  #note(error: unknown): void {
    this.#parts.host.logger.warn({ err: error }, 'what became of the connection could not be told')
  }
}
