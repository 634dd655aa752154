import { isIP } from 'node:net'
import { Pool, errors } from 'undici'
import { TransportError, type AppserviceTransport } from './transport.ts'

const MAX_ANSWER_BYTES = 1024 * 1024

export interface HttpTransport extends AsyncDisposable {
  readonly send: AppserviceTransport
}

/** Pushes to the address in the registration over kept-alive connections. */
export function httpTransport(baseUrl: string, hsToken: string): HttpTransport {
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  const pool = new Pool(base.origin, { connections: 8, keepAliveTimeout: 60_000, maxResponseSize: MAX_ANSWER_BYTES })
  const send: AppserviceTransport = async ({ method, url, body, timeoutMs, signal }) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await pool.request({
        method,
        path: prefix + url,
        headers: { authorization: `Bearer ${hsToken}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body }),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      })
      const text = await response.body.text()
      return { status: response.statusCode, body: parsed(text), text: text.slice(0, 1000) }
    } catch (error) {
      throw new TransportError(describe(error), isTimeout(error), { cause: error })
    }
  }
  return { send, [Symbol.asyncDispose]: () => pool.destroy() }
}

/** Loopback addresses can be tried again sooner: nobody else is behind them. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError ||
    (error instanceof DOMException && error.name === 'TimeoutError')
  )
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'request failed'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? `${code}: ${error.message}` : error.message
}
