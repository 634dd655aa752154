import { addressKind, createEgress, repeatWhenClosed, type Egress } from '../egress.ts'
import { rootCertificates } from 'node:tls'
import type { Dispatcher, Pool } from 'undici'
import { TransportError, type AppserviceTransport } from './transport.ts'

const MAX_ANSWER_BYTES = 1024 * 1024
const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'])

export interface HttpTransport extends AsyncDisposable {
  readonly send: AppserviceTransport
}

export interface HttpTransportOptions {
  /** Certificates, PEM text, that are trusted beside the usual ones. */
  readonly ca?: string | undefined
  /** The way out; whoever wrote the registration runs the server. */
  readonly egress?: Egress
}

/** Pushes to the address in the registration over kept-alive connections. */
export function httpTransport(baseUrl: string, hsToken: string, options: HttpTransportOptions = {}): HttpTransport {
  const { ca, egress = createEgress().forOperator } = options
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  let pool: ReturnType<typeof open> | undefined
  const connect = { ...(ca !== undefined && { ca: [...rootCertificates, ca] }), lookup: egress.lookup }
  const send: AppserviceTransport = async ({ method, url, body, timeoutMs, signal }) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      egress.check(base.hostname)
      pool ??= open(base.origin, { maxResponseSize: MAX_ANSWER_BYTES, connect })
      const { dispatcher } = await pool
      const response = await dispatcher.request({
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
  return {
    send,
    async [Symbol.asyncDispose]() {
      await (await pool)?.destroy()
    },
  }
}

/** Loaded for the first request only: services within this process, which most are, need no HTTP client. */
async function open(
  origin: string,
  settings: Pool.Options,
): Promise<{ dispatcher: Dispatcher; destroy: () => Promise<unknown> }> {
  const undici = await import('undici')
  const kept = new undici.Pool(origin, { ...settings, connections: 8, keepAliveTimeout: 60_000 })
  const fresh = new undici.Pool(origin, { ...settings, pipelining: 0 })
  return {
    // Transactions carry their ids and queries only ask: all may be repeated.
    dispatcher: kept.compose(repeatWhenClosed(fresh)),
    destroy: async () => await Promise.all([kept.destroy(), fresh.destroy()]),
  }
}

/** Loopback addresses can be tried again sooner: nobody else is behind them. */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host.endsWith('.localhost') || addressKind(host) === 'loopback'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  return error.name === 'TimeoutError' || (typeof code === 'string' && TIMEOUTS.has(code))
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'request failed'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? `${code}: ${error.message}` : error.message
}
