import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import type { Pool } from 'undici'
import { TransportError, type AppserviceTransport } from './transport.ts'

const MAX_ANSWER_BYTES = 1024 * 1024
const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'])

export interface HttpTransport extends AsyncDisposable {
  readonly send: AppserviceTransport
}

export interface HttpTransportOptions {
  /** Certificates, PEM text, that are trusted beside the usual ones. */
  readonly ca?: string | undefined
  /** False keeps requests from what listens on this machine, whatever a name resolves to. */
  readonly allowLoopback?: boolean
}

/** Pushes to the address in the registration over kept-alive connections. */
export function httpTransport(baseUrl: string, hsToken: string, options: HttpTransportOptions = {}): HttpTransport {
  const { ca, allowLoopback = true } = options
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  const isRefused = !allowLoopback && isLoopback(baseUrl)
  // Loaded for the first request only: services within this process, which most are, need no HTTP client.
  let pool: Promise<Pool> | undefined
  const open = async (): Promise<Pool> => {
    const undici = await import('undici')
    return new undici.Pool(base.origin, {
      connections: 8,
      keepAliveTimeout: 60_000,
      maxResponseSize: MAX_ANSWER_BYTES,
      connect: {
        ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
        ...(!allowLoopback && { lookup: lookupElsewhere }),
      },
    })
  }
  const send: AppserviceTransport = async ({ method, url, body, timeoutMs, signal }) => {
    if (isRefused) throw new TransportError('requests to this machine are not allowed', false)
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      pool ??= open()
      const response = await (
        await pool
      ).request({
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

/** Checked after resolution, so that no name can point back here. */
const lookupElsewhere: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? []
    if (error || !first) return done(error ?? new Error(`${hostname} has no address`), '')
    if (addresses.some(({ address }) => isLoopbackAddress(address))) {
      return done(new Error('requests to this machine are not allowed'), '')
    }
    if (options.all) done(null, addresses)
    else done(null, first.address, first.family)
  })
}

/** Loopback addresses can be tried again sooner: nobody else is behind them. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host.endsWith('.localhost') || isLoopbackAddress(host)
}

function isLoopbackAddress(text: string): boolean {
  const mapped = /^::ffff:(.+)$/i.exec(text)?.[1]
  // Within ::ffff:, URLs are written with the two halves in hexadecimal: 7f00:1.
  const address = mapped === undefined ? text : /^7f[0-9a-f]{2}:/i.test(mapped) ? '127.0.0.1' : mapped
  if (isIP(address) === 4) return address.startsWith('127.') || address === '0.0.0.0'
  return address === '::1' || address === '::'
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
