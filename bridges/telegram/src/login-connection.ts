import { BridgeError, connectionWords, type BridgeHost } from '@pons/core'
import { Api, type TelegramClient } from 'telegram'
import type { TelegramConfig } from './config.ts'
import { call } from './protocol/call.ts'
import { buildClient } from './protocol/connection.ts'
import { firstSession } from './protocol/first-session.ts'
import type { SessionData } from './protocol/tapped-session.ts'
import { UnansweredError } from './protocol/unanswered-error.ts'

export interface LoginConnectionParts {
  readonly host: BridgeHost
  readonly config: TelegramConfig
  readonly apiId: number
  readonly apiHash: string
  readonly patience?: Patience
}

/** How long a person is left without a word. */
export interface Patience {
  readonly connectMs: number
  readonly answerMs: number
}

const usualPatience: Patience = { connectMs: 30_000, answerMs: 45_000 }

/** A connection that nobody is logged in with yet. */
export class LoginConnection {
  readonly application: { readonly apiId: number; readonly apiHash: string }
  readonly #signal: AbortSignal
  readonly #client: TelegramClient
  readonly #patience: Patience
  #session: SessionData = firstSession
  #onAccepted: (() => void) | undefined
  /** The client tries again without end, and tells of each failure only here. */
  #failure: unknown

  private constructor(parts: LoginConnectionParts, signal: AbortSignal) {
    const { host, config, apiId, apiHash, patience = usualPatience } = parts
    this.#patience = patience
    this.application = { apiId, apiHash }
    this.#signal = signal
    this.#client = buildClient({
      apiId,
      apiHash,
      session: firstSession,
      server: config.server,
      egress: host.egress.forOthers,
      tap: {
        onData: (data) => {
          this.#session = data
        },
        onObject: (object) => {
          if (object instanceof Api.UpdateShort && object.update instanceof Api.UpdateLoginToken) this.#onAccepted?.()
        },
      },
    })
    this.#client.onError = (error) => {
      this.#failure = error
      return Promise.resolve()
    }
  }

  /** @throws BridgeError when Telegram cannot be reached */
  static async open(parts: LoginConnectionParts, signal: AbortSignal): Promise<LoginConnection> {
    const connection = new LoginConnection(parts, signal)
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), connection.#patience.connectMs)
    })
    try {
      if ((await Promise.race([connection.#client.connect(), tooLong, whenAborted(signal)])) === true) return connection
    } catch (error) {
      connection.#failure = error
    } finally {
      clearTimeout(timer)
    }
    await connection.close()
    throw cannotBeReached(connection.#failure)
  }

  /** What was agreed with the server: the login, once it is complete. */
  get session(): SessionData {
    return this.#session
  }

  /** @throws BridgeError when no answer came; what was asked is asked again until then */
  async call<R extends Api.AnyRequest>(request: R): Promise<R['__response']> {
    const patience = AbortSignal.timeout(this.#patience.answerMs)
    try {
      return await call(() => this.#client, request, { signal: AbortSignal.any([this.#signal, patience]) })
    } catch (error) {
      if (!(error instanceof UnansweredError) || this.#signal.aborted) throw error
      throw new BridgeError('Telegram does not answer any more; the connection was lost. Try again.', { cause: error })
    }
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

function cannotBeReached(cause: unknown): BridgeError {
  const reason = connectionWords(cause) ?? 'it does not answer'
  return new BridgeError(`Telegram cannot be reached: ${reason}. Try again later.`, { cause })
}

async function whenAborted(signal: AbortSignal): Promise<'late'> {
  return await new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'), { once: true }))
}
