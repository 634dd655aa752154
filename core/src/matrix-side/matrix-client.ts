import type { Dispatch, DispatchResponse } from '@pons/http'
import { isJsonObject, MatrixError, type Errcode, type JsonObject, type JsonValue, type UserId } from '@pons/matrix'
import type { Clock } from '../clock.ts'
import type { DownloadedMedia } from '../network/bridge-host.ts'

export interface MatrixCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Segments of the path after `/_matrix/`; each is percent-encoded. */
  readonly path: readonly string[]
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: JsonObject | Uint8Array
  readonly contentType?: string
  /** Acts as that user of the namespace (application service API, "Identity assertion"); the bot when undefined. */
  readonly actAs?: UserId
  /** The event's time, milliseconds since 1970 ("Timestamp massaging"). */
  readonly timestampMs?: number
  /** Another token than the bridge's own, for a double puppet. */
  readonly token?: string
}

export interface MatrixClientOptions {
  readonly dispatch: Dispatch
  readonly asToken: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

const maxTries = 5
const retriedStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * Calls a homeserver as an application service. What is worth repeating is repeated: every call of the bridge is
 * idempotent, sends by their transaction id.
 */
export class MatrixClient {
  readonly #options: MatrixClientOptions

  constructor(options: MatrixClientOptions) {
    this.#options = options
  }

  /** @throws MatrixError with the homeserver's errcode and status; the transport's own error when it stayed unreachable. */
  async call(call: MatrixCall): Promise<JsonObject> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(call)
      } catch (error) {
        const isWorthIt = !(error instanceof MatrixError) || retriedStatuses.has(error.status)
        if (!isWorthIt || attempt === maxTries || this.#options.signal.aborted) throw error
        await this.#pause(retryAfterMs(error) ?? 250 * 2 ** attempt)
      }
    }
  }

  /** Bytes with their type; one try, since whoever asks has a row to try again. */
  async download(call: MatrixCall, maxBytes: number): Promise<DownloadedMedia> {
    const { status, headers, body } = await this.#send(call)
    if (status < 200 || status >= 300) throw toMatrixError(status, isJsonObject(body) ? body : {})
    const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body))
    if (bytes.length > maxBytes) throw new MatrixError('M_TOO_LARGE', `the medium has ${bytes.length} bytes`)
    return { bytes, mimeType: headers['content-type'] ?? 'application/octet-stream' }
  }

  async #once(call: MatrixCall): Promise<JsonObject> {
    const response = await this.#send(call)
    const { body: answer } = response
    const body = isJsonObject(answer) && !(answer instanceof Uint8Array) ? answer : {}
    if (response.status >= 200 && response.status < 300) return body
    throw toMatrixError(response.status, body)
  }

  async #send(call: MatrixCall): Promise<DispatchResponse> {
    return await this.#options.dispatch({
      method: call.method,
      url: urlOf(call),
      headers: {
        authorization: `Bearer ${call.token ?? this.#options.asToken}`,
        ...(call.contentType !== undefined && { 'content-type': call.contentType }),
      },
      ...(call.body !== undefined && { body: call.body }),
      signal: this.#options.signal,
    })
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.schedule(resolve, delayMs)
    })
  }
}

function urlOf({ path, query, actAs, timestampMs }: MatrixCall): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value))
  if (actAs !== undefined) search.set('user_id', actAs)
  if (timestampMs !== undefined) search.set('ts', String(timestampMs))
  const text = search.toString()
  return `/_matrix/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

function toMatrixError(status: number, body: JsonObject): MatrixError {
  const { errcode, error, ...fields } = body as { errcode?: JsonValue; error?: JsonValue } & JsonObject
  const code = (typeof errcode === 'string' ? errcode : 'M_UNKNOWN') as Errcode
  return new MatrixError(code, typeof error === 'string' ? error : `the homeserver answered ${status}`, {
    status,
    fields,
  })
}

function retryAfterMs(error: unknown): number | undefined {
  const value = error instanceof MatrixError ? error.fields['retry_after_ms'] : undefined
  return typeof value === 'number' ? Math.min(value, 60_000) : undefined
}
