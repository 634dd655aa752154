import type { Dispatch, DispatchResponse } from '@pons/http'
import {
  isJsonObject,
  MatrixError,
  type Errcode,
  type JsonObject,
  type JsonValue,
  type UserId,
  type Clock,
} from '@pons/matrix'
import type { Logger } from 'pino'
import type { DownloadedMedia } from '../network/bridge-host.ts'
import { pause } from '../queue/pause.ts'
import { eventTime } from './event-time.ts'

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
  /** The path ends in a transaction id. */
  readonly hasTxnId?: boolean
}

export interface MatrixClientOptions {
  readonly dispatch: Dispatch
  readonly asToken: string
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /**
   * A device of the bridge's users that sends with transaction ids are said to come from, made where it is not there yet. There
   * are homeservers that keep the transaction ids of devices, and forget all others when they end. The bot is named then, too:
   * Synapse answers 500 where a device is asserted and a user is not.
   */
  readonly device?: { readonly id: string; readonly botUserId: UserId }
}

const maxTries = 5
const retriedStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * Calls a homeserver as an application service. What is worth repeating is repeated: every call of the bridge is
 * idempotent, sends by their transaction id.
 */
export class MatrixClient {
  readonly #options: MatrixClientOptions
  /** False once the homeserver has shown that it takes sends of no device only. */
  #assertsDevice = true
  #hasFixedProfiles = false

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
        const { clock, signal } = this.#options
        if (!isWorthIt || attempt === maxTries) throw error
        if (!signal.aborted) await pause(clock, retryAfterMs(error) ?? 250 * 2 ** attempt, signal)
        if (signal.aborted) throw error
      }
    }
  }

  /** Said once: people of the network go by their ids there. */
  noteFixedProfiles(error: unknown): void {
    if (this.#hasFixedProfiles) return
    this.#hasFixedProfiles = true
    this.#options.logger.warn(
      { err: error },
      'the homeserver does not let the bridge name people or show their pictures',
    )
  }

  /** A time that the homeserver takes; the log says where it is not the one that was given. */
  eventTime(timestampMs: number): number {
    const { clock, logger } = this.#options
    const taken = eventTime(clock, timestampMs)
    if (taken !== timestampMs) logger.warn({ timestampMs, taken }, 'time of an event is out of range')
    return taken
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
    const response = await this.#answer(call)
    const { body: answer } = response
    const body = isJsonObject(answer) && !(answer instanceof Uint8Array) ? answer : {}
    if (response.status >= 200 && response.status < 300) return body
    throw toMatrixError(response.status, { ...retryAfterHeader(response), ...body })
  }

  /** A refusal may be about the device: homeservers have no common word for one that is not there. */
  async #answer(call: MatrixCall): Promise<DispatchResponse> {
    const { device } = this.#options
    // A double puppet's would be listed among the devices of a person.
    if (call.hasTxnId !== true || call.token !== undefined || device === undefined || !this.#assertsDevice)
      return await this.#send(call)
    const asserting = { ...call, actAs: call.actAs ?? device.botUserId }
    const first = await this.#send(asserting, device.id)
    if (!mayBeAboutDevice(first.status)) return first
    if (await this.#makeDevice(device.id, asserting.actAs)) return await this.#send(asserting, device.id)
    const plain = await this.#send(call)
    if (plain.status === 200) this.#forgoDevices()
    return plain
  }

  /** False where the homeserver does not let services make devices. */
  async #makeDevice(deviceId: string, actAs: UserId): Promise<boolean> {
    const path = ['client', 'v3', 'devices', deviceId]
    const { status } = await this.#send({ method: 'PUT', path, body: { display_name: 'Pons' }, actAs })
    return status >= 200 && status < 300
  }

  #forgoDevices(): void {
    this.#assertsDevice = false
    const words = 'the homeserver lets the bridge have no devices: it may repeat a message when the homeserver crashes'
    this.#options.logger.warn(words)
  }

  async #send(call: MatrixCall, deviceId?: string): Promise<DispatchResponse> {
    const { timestampMs } = call
    return await this.#options.dispatch({
      method: call.method,
      url: urlOf(call, timestampMs === undefined ? undefined : this.eventTime(timestampMs), deviceId),
      headers: {
        authorization: `Bearer ${call.token ?? this.#options.asToken}`,
        ...(call.contentType !== undefined && { 'content-type': call.contentType }),
      },
      ...(call.body !== undefined && { body: call.body }),
      signal: this.#options.signal,
    })
  }
}

/** Not of the service as a whole, of its pace or of the homeserver's own trouble. */
function mayBeAboutDevice(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429
}

/** Identity assertion of a device, by its name since version 1.17 and the one before. */
const deviceNames = ['device_id', 'org.matrix.msc3202.device_id']

function urlOf(
  { path, query, actAs }: MatrixCall,
  timestampMs: number | undefined,
  deviceId: string | undefined,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value))
  if (actAs !== undefined) search.set('user_id', actAs)
  if (deviceId !== undefined) for (const name of deviceNames) search.set(name, deviceId)
  if (timestampMs !== undefined) search.set('ts', String(timestampMs))
  const text = search.toString()
  return `/_matrix/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

function toMatrixError(status: number, body: JsonObject): MatrixError {
  // The errcode stays among the fields, where there was one: M_UNKNOWN says as much as none, but a homeserver has said it.
  const { error, ...fields } = body as { errcode?: JsonValue; error?: JsonValue } & JsonObject
  const { errcode } = fields
  const code = (typeof errcode === 'string' ? errcode : 'M_UNKNOWN') as Errcode
  return new MatrixError(code, typeof error === 'string' ? error : `the homeserver answered ${status}`, {
    status,
    fields,
  })
}

/** Since version 1.10 a homeserver says in a header how long to wait (RFC 9110), and need not say it in the body. */
function retryAfterHeader({ headers }: DispatchResponse): JsonObject {
  const seconds = Number(headers['retry-after'] ?? NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? { retry_after_ms: Math.ceil(seconds * 1000) } : {}
}

function retryAfterMs(error: unknown): number | undefined {
  const value = error instanceof MatrixError ? error.fields['retry_after_ms'] : undefined
  return typeof value === 'number' ? Math.min(value, 60_000) : undefined
}
