import type { ClientState, ClientStateReport } from '../network/bridge-host.ts'
import type { LoginId } from '../network/ids.ts'

/** The network takes nothing more from the login until its owner does something about it. */
const endStates: ReadonlySet<ClientState> = new Set(['BAD_CREDENTIALS', 'LOGGED_OUT', 'UNKNOWN_ERROR'])

/**
 * Which logins are over, as their clients last said. A connection that is only lost is not: it comes back by itself, and what
 * is said meanwhile waits for it.
 */
export class LoginEndings {
  readonly #controllers = new Map<LoginId, AbortController>()

  /** Aborted once the login is over, with words for its owner as the reason; it calls off what waits for the login. */
  signalOf(id: LoginId): AbortSignal {
    return this.#controllerOf(id).signal
  }

  /** Words for what ended the login; undefined while it lives. */
  wordsFor(id: LoginId): string | undefined {
    const { signal } = this.#controllerOf(id)
    return signal.aborted ? String(signal.reason) : undefined
  }

  note({ login, state, message }: ClientStateReport): void {
    if (login === undefined) return
    if (endStates.has(state)) this.end(login, message ?? 'the login is no longer valid')
    else if (state === 'CONNECTED') this.begin(login)
  }

  end(id: LoginId, words: string): void {
    this.#controllerOf(id).abort(words)
  }

  begin(id: LoginId): void {
    if (this.wordsFor(id) !== undefined) this.#controllers.delete(id)
  }

  #controllerOf(id: LoginId): AbortController {
    const controller = this.#controllers.get(id) ?? new AbortController()
    this.#controllers.set(id, controller)
    return controller
  }
}
