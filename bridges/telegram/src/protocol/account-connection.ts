import { Api, type TelegramClient } from 'telegram'
import { call } from './call.ts'
import { isLoginOver } from './is-login-over.ts'

/** The connection of one account. It can be asked on from the beginning: calls wait until it is there. */
export class AccountConnection {
  readonly #onLoginOver: (error: unknown) => void
  readonly #ended = new AbortController()
  #client: TelegramClient | undefined

  constructor(onLoginOver: (error: unknown) => void) {
    this.#onLoginOver = onLoginOver
  }

  /** Aborted when the connection is given up: calls end then, and nothing is asked any more. */
  get signal(): AbortSignal {
    return this.#ended.signal
  }

  /** One call, for as long as it takes. @throws UnansweredError when it is given up, the library's error for a refusal */
  async call<R extends Api.AnyRequest>(request: R, signal?: AbortSignal, dcId?: number): Promise<R['__response']> {
    const own = this.#ended.signal
    const until = signal === undefined ? own : AbortSignal.any([own, signal])
    try {
      return await call(() => this.#client, request, { signal: until, ...(dcId !== undefined && { dcId }) })
    } catch (error) {
      if (isLoginOver(error)) this.#onLoginOver(error)
      throw error
    }
  }

  /** Resolves when there is a connection and the client knows who it is, or it was given up. */
  async dial(client: TelegramClient): Promise<void> {
    if (this.signal.aborted) return
    this.#client = client
    // The client tries for ever; `close` destroys it, which ends the wait.
    await Promise.race([client.connect(), this.#givenUp()])
    if (!this.signal.aborted) await this.call(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
    if (!this.signal.aborted) await client.getMe()
  }

  giveUp(): void {
    this.#ended.abort()
  }

  /** Ends with everything that it has begun. */
  async close(): Promise<void> {
    this.giveUp()
    const client = this.#client
    this.#client = undefined
    await client?.destroy()
  }

  #givenUp(): Promise<void> {
    return new Promise((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }))
  }
}
