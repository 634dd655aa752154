/** A call to an application service. */
interface AppserviceRequest {
  readonly method: 'GET' | 'PUT' | 'POST'
  /** Path and query, percent-encoded. */
  readonly url: string
  /** JSON text; what is sent again must be equal byte for byte. */
  readonly body?: string
  readonly timeoutMs: number
  /** Gives up at once. */
  readonly signal?: AbortSignal
}

export interface AppserviceResponse {
  readonly status: number
  /** Parsed JSON; undefined when the answer was none. */
  readonly body: unknown
  /** The beginning of the answer as text, for ping errors. */
  readonly text: string
}

/** @throws TransportError */
export type AppserviceTransport = (request: AppserviceRequest) => Promise<AppserviceResponse>

export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly isTimeout: boolean

  constructor(message: string, isTimeout: boolean, options?: ErrorOptions) {
    super(message, options)
    this.isTimeout = isTimeout
  }
}

/** What an application service in the same process gives instead of an address; a `Dispatch` is one. */
export type InProcessCall = (request: {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}) => Promise<{ readonly status: number; readonly body: unknown }>

/**
 * One that tells events that it has had by their ids, whatever transaction they come in: after a crash they may come again in
 * another, so that none need be stored before it is pushed.
 */
export interface TolerantCall {
  readonly call: InProcessCall
}

export function inProcessTransport(call: InProcessCall, hsToken: string): AppserviceTransport {
  return async ({ method, url, body, timeoutMs, signal: abandon }) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = abandon ? AbortSignal.any([timeout, abandon]) : timeout
    const headers = { authorization: `Bearer ${hsToken}`, 'content-type': 'application/json' }
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new TransportError('timed out', true)), { once: true })
    })
    late.catch(() => {})
    const value = body === undefined ? {} : { body: JSON.parse(body) as unknown }
    const answer = await Promise.race([
      call({ method, url, headers, ...value, signal }).catch((error: unknown) => {
        throw new TransportError(error instanceof Error ? error.message : 'call failed', false, { cause: error })
      }),
      late,
    ])
    return { status: answer.status, body: answer.body, text: JSON.stringify(answer.body ?? '').slice(0, 1000) }
  }
}
