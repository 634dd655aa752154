import { BridgeError, type BridgeHost } from '@pons/core'
import { Api, type TelegramClient } from 'telegram'
import type { TelegramConfig } from './config.ts'
import { call } from './protocol/call.ts'
import { buildClient, firstSession } from './protocol/connection.ts'
import type { SessionData } from './protocol/tapped-session.ts'

export interface LoginConnectionParts {
  readonly host: BridgeHost
  readonly config: TelegramConfig
  readonly apiId: number
  readonly apiHash: string
}

const connectTimeoutMs = 30_000

/** A connection that nobody is logged in with yet. */
export class LoginConnection {
  readonly application: { readonly apiId: number; readonly apiHash: string }
  readonly #signal: AbortSignal
  readonly #client: TelegramClient
  #session: SessionData = firstSession
  #onAccepted: (() => void) | undefined

  private constructor({ config, apiId, apiHash }: LoginConnectionParts, signal: AbortSignal) {
    this.application = { apiId, apiHash }
    this.#signal = signal
    this.#client = buildClient({
      apiId,
      apiHash,
      session: firstSession,
      server: config.server,
      tap: {
        onData: (data) => {
          this.#session = data
        },
        onObject: (object) => {
          if (object instanceof Api.UpdateShort && object.update instanceof Api.UpdateLoginToken) this.#onAccepted?.()
        },
      },
    })
  }

  /** @throws BridgeError when Telegram cannot be reached */
  static async open(parts: LoginConnectionParts, signal: AbortSignal): Promise<LoginConnection> {
    const connection = new LoginConnection(parts, signal)
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), connectTimeoutMs)
    })
    const outcome = await Promise.race([connection.#client.connect(), tooLong])
    clearTimeout(timer)
    if (outcome !== 'late') return connection
    await connection.close()
    throw new BridgeError('Telegram could not be reached.')
  }

  /** What was agreed with the server: the login, once it is complete. */
  get session(): SessionData {
    return this.#session
  }

  async call<R extends Api.AnyRequest>(request: R): Promise<R['__response']> {
    return await call(() => this.#client, request, { signal: this.#signal })
  }

  /** Resolves with what the code belongs to. */
  async sendCode(phoneNumber: string): Promise<string> {
    const settings = new Api.CodeSettings({})
    const answer = await this.call(new Api.auth.SendCode({ phoneNumber, ...this.application, settings }))
    if (answer instanceof Api.auth.SentCode) return answer.phoneCodeHash
    throw new BridgeError('Telegram did not send a code; try the QR code instead.')
  }

  /** A token for a QR code, or, once it was accepted, the login; where the account lives elsewhere, goes there. */
  async exportToken(): Promise<Api.auth.TypeLoginToken> {
    const answer = await this.call(new Api.auth.ExportLoginToken({ ...this.application, exceptIds: [] }))
    if (!(answer instanceof Api.auth.LoginTokenMigrateTo)) return answer
    await this.#client._switchDC(answer.dcId)
    return await this.call(new Api.auth.ImportLoginToken({ token: answer.token }))
  }

  /** False when the token went out of date before anybody accepted it. @throws BridgeError when the login is given up */
  async untilAccepted(expires: number): Promise<boolean> {
    const untilMs = Math.max(1000, expires * 1000 - Date.now())
    return await new Promise<boolean>((resolve, reject) => {
      const end = (settle: () => void) => (): void => {
        clearTimeout(timer)
        this.#onAccepted = undefined
        settle()
      }
      const timer = setTimeout(
        end(() => resolve(false)),
        untilMs,
      )
      this.#onAccepted = end(() => resolve(true))
      this.#signal.addEventListener(
        'abort',
        end(() => reject(new BridgeError('The login was cancelled.'))),
      )
    })
  }

  async close(): Promise<void> {
    await this.#client.destroy()
  }
}
