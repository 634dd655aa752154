import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { invalidParam, MatrixError, notJson, unrecognized } from '@pons/matrix'
import type { Logger } from 'pino'
import { limitedStream, parseBody, readBody } from './body.ts'
import { check, queryValues } from './check.ts'
import type { Dispatch, DispatchRequest } from './dispatch.ts'
import { HttpResponse, type Auth, type Endpoint, type RequestInfo } from './endpoint.ts'
import { errorResponse, isStream, writeResponse } from './respond.ts'
import { RouteTable } from './route-table.ts'

export interface RouterOptions<Services, Requester> {
  /** Undefined only where the endpoint's auth is `optional`; throws the MatrixError that the client should see. */
  readonly authenticate: (request: RequestInfo, auth: Exclude<Auth, 'none'>) => Promise<Requester | undefined>
  /** Called for endpoints that are rate limited, before they run; throws M_LIMIT_EXCEEDED. */
  readonly limit?: (requester: Requester | undefined, request: RequestInfo) => void
  readonly services: Services
  readonly logger: Logger
  /** Addresses whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  readonly maxBodyBytes?: number
}

export interface Router {
  readonly dispatch: Dispatch
  readonly listener: RequestListener
  /** Like `listener`, but hands requests for unknown paths on. */
  readonly listenerBefore: (fallback: (request: IncomingMessage, response: ServerResponse) => void) => RequestListener
  /** Ends long polls, and resolves when every request of a socket is answered, or the time is over. */
  drain(timeoutMs: number): Promise<void>
}

/** Where a request's body and its end come from: a socket, or a caller in this process. */
interface Source {
  readBody(maxBytes: number): Promise<unknown>
  stream(maxBytes: number): AsyncIterable<Uint8Array>
  signal(): AbortSignal
}

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024
const EMPTY = Symbol('empty body')

export function createRouter<Services, Requester>(
  endpoints: readonly Endpoint<Services, Requester>[],
  options: RouterOptions<Services, Requester>,
): Router {
  const serving = new Serving(endpoints, options)
  return {
    dispatch: async (request) => {
      const answer = await serving.answer(describe(request), dispatchSource(request))
      const body = isStream(answer.body) ? await collect(answer.body) : answer.body
      return { status: answer.status, headers: answer.headers, body }
    },
    listener: (request, response) => void serving.serve(request, response, undefined),
    listenerBefore: (fallback) => (request, response) => void serving.serve(request, response, fallback),
    drain: (timeoutMs) => serving.drain(timeoutMs),
  }
}

class Serving<Services, Requester> {
  readonly #table: RouteTable<Endpoint<Services, Requester>>
  readonly #options: RouterOptions<Services, Requester>
  readonly #trustedProxies: ReadonlySet<string>
  /** Of those requests under way whose handlers wait for the client's end. */
  readonly #waiting = new Set<AbortController>()
  #underWay = 0
  #isDraining = false
  #drained: (() => void) | undefined

  constructor(endpoints: readonly Endpoint<Services, Requester>[], options: RouterOptions<Services, Requester>) {
    this.#table = new RouteTable(endpoints)
    this.#options = options
    this.#trustedProxies = new Set(options.trustedProxies)
  }

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    fallback: ((request: IncomingMessage, response: ServerResponse) => void) | undefined,
  ): Promise<void> {
    const info = this.#describe(request)
    if (fallback && this.#table.match(info.method, info.path).kind === 'unknown') return fallback(request, response)
    this.#underWay += 1
    const answer = await this.answer(info, socketSource(request, response, this.#waiting))
    try {
      if (this.#isDraining) response.setHeader('connection', 'close')
      await writeResponse(response, answer, info.method === 'HEAD')
    } catch (error) {
      response.destroy()
      this.#options.logger.debug({ err: error }, 'response was cut short')
    }
    if (response.writableFinished || response.closed) this.#finished()
    else response.once('close', () => this.#finished())
    // What the client still sends after an early answer would be taken for its next request.
    if (request.complete) return
    if (response.writableFinished) request.destroy()
    else response.once('finish', () => request.destroy())
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true
    for (const controller of this.#waiting) controller.abort()
    if (this.#underWay === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#drained = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #finished(): void {
    this.#underWay -= 1
    if (this.#underWay === 0) this.#drained?.()
  }

  async answer(request: RequestInfo, source: Source): Promise<HttpResponse> {
    const startedMs = performance.now()
    const { logger } = this.#options
    let answer: HttpResponse
    let route: string | undefined
    try {
      if (request.method === 'OPTIONS') return new HttpResponse(200, {})
      const match = this.#table.match(request.method, request.path)
      if (match.kind === 'unknown') throw unrecognized('Unrecognized request')
      if (match.kind === 'wrong method') return wrongMethod(match.allowed)
      route = match.endpoint.paths[0]
      answer = await this.#run(match.endpoint, match.params, request, source)
    } catch (error) {
      answer = errorResponse(error, logger)
    }
    if (logger.isLevelEnabled('debug')) {
      const { method, ip } = request
      const durationMs = Math.round(performance.now() - startedMs)
      logger.debug({ method, route, status: answer.status, durationMs, ip }, 'request')
    }
    return answer
  }

  async #run(
    endpoint: Endpoint<Services, Requester>,
    params: Record<string, string>,
    request: RequestInfo,
    source: Source,
  ): Promise<HttpResponse> {
    const { authenticate, limit, services, logger } = this.#options
    const requester = endpoint.auth === 'none' ? undefined : await authenticate(request, endpoint.auth)
    if (endpoint.rateLimited && limit) limit(requester, request)
    refuseNul(params)
    if (endpoint.params) check(endpoint.params, params, 'path')
    const query = queryValues(endpoint.query, request.query)
    if (endpoint.query) check(endpoint.query, query, 'query')
    const maxBytes = endpoint.maxBodyBytes ?? this.#options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
    const body = await readChecked(endpoint, request, source, maxBytes)
    const result = await endpoint.handle({
      services,
      requester: requester as Requester,
      params,
      query,
      body,
      request,
      logger,
      get signal() {
        return source.signal()
      },
      get stream() {
        return source.stream(maxBytes)
      },
    })
    return result instanceof HttpResponse ? result : new HttpResponse(200, result ?? {})
  }

  #describe(request: IncomingMessage): RequestInfo {
    const headers = request.headers as Record<string, string>
    const peer = request.socket.remoteAddress
    const forwarded = peer !== undefined && this.#trustedProxies.has(peer) ? headers['x-forwarded-for'] : undefined
    const ip = forwarded?.split(',').at(-1)?.trim() ?? peer
    return { ...splitUrl(request.url ?? '/'), method: request.method ?? 'GET', headers, ip }
  }
}

/** No id or name has one, and PostgreSQL cannot store it. */
function refuseNul(params: Readonly<Record<string, string>>): void {
  for (const name in params) {
    if (params[name]?.includes('\0')) throw invalidParam(`${name} holds a NUL character`)
  }
}

async function readChecked(
  endpoint: Pick<Endpoint<never, never>, 'body'>,
  request: RequestInfo,
  source: Source,
  maxBytes: number,
): Promise<unknown> {
  const { body: schema } = endpoint
  if (schema === undefined || schema === 'stream') return undefined
  let body = await source.readBody(maxBytes)
  if (body === EMPTY) {
    if (request.method === 'PUT') throw notJson('the body is empty')
    body = {}
  }
  check(schema, body, 'body')
  return body
}

function wrongMethod(allowed: readonly string[]): HttpResponse {
  const error = new MatrixError('M_UNRECOGNIZED', 'Unrecognized request', { status: 405 })
  return new HttpResponse(405, error.toJSON(), { allow: [...allowed, 'OPTIONS'].join(', ') })
}

function describe(request: DispatchRequest): RequestInfo {
  return { ...splitUrl(request.url), method: request.method, headers: request.headers, ip: undefined }
}

function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?')
  if (mark === -1) return { path: url, query: new URLSearchParams() }
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) }
}

function socketSource(request: IncomingMessage, response: ServerResponse, waiting: Set<AbortController>): Source {
  let controller: AbortController | undefined
  return {
    async readBody(maxBytes) {
      const bytes = await readBody(request, maxBytes)
      return bytes.length === 0 ? EMPTY : parseBody(bytes)
    },
    stream: (maxBytes) => limitedStream(request, maxBytes),
    signal() {
      if (!controller) {
        const made = new AbortController()
        controller = made
        if (response.closed) made.abort()
        else {
          waiting.add(made)
          response.once('close', () => {
            waiting.delete(made)
            if (!response.writableEnded) made.abort()
          })
        }
      }
      return controller.signal
    },
  }
}

const NEVER = new AbortController().signal

function dispatchSource({ body, signal }: DispatchRequest): Source {
  return {
    async readBody(maxBytes) {
      if (body === undefined) return EMPTY
      if (!(body instanceof Uint8Array)) return body
      return body.length === 0 ? EMPTY : parseBody(await collect(limitedStream(once(body), maxBytes)))
    },
    stream(maxBytes) {
      if (isStream(body)) return limitedStream(body, maxBytes)
      return limitedStream(once(body instanceof Uint8Array ? body : new Uint8Array()), maxBytes)
    },
    signal: () => signal ?? NEVER,
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
