import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { MatrixError, notJson, unrecognized } from '@pons/matrix'
import type { Logger } from 'pino'
import type { BodyLimits } from './body.ts'
import { BodyMemory, type BodyMemoryLimits } from './body-memory.ts'
import { check, queryValues } from './check.ts'
import { checkedBody } from './checked-body.ts'
import type { Dispatch, DispatchRequest } from './dispatch.ts'
import { HttpResponse, type Auth, type Endpoint, type EndpointContext, type RequestInfo } from './endpoint.ts'
import { askForBody } from './expectation.ts'
import { forwardedFor } from './forwarded-for.ts'
import { plainAddress } from './network-of.ts'
import { errorResponse, isStream, writeResponse } from './respond.ts'
import { RouteTable } from './route-table.ts'
import { collect, dispatchSource, EMPTY, socketSource, type Source } from './source.ts'
import { checkParams, checkQuery } from './text-rule.ts'
import { isEnding, settleUnread } from './unread-rest.ts'

export interface RouterOptions<Services, Requester> {
  /** Undefined only where the endpoint's auth is `optional`; throws the MatrixError that the client should see. */
  readonly authenticate: (request: RequestInfo, auth: Exclude<Auth, 'none'>) => Promise<Requester | undefined>
  /** Called for endpoints that are rate limited, before they run; throws M_LIMIT_EXCEEDED. */
  readonly limit?: (requester: Requester | undefined, request: RequestInfo) => void
  readonly services: Services
  readonly logger: Logger
  /** Finds Matrix's words for errors of other programs' making, where they are the request's fault. */
  readonly asMatrixError?: (error: unknown) => MatrixError | undefined
  /** Addresses whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  readonly maxBodyBytes?: number
  readonly bodyMemory?: BodyMemoryLimits
  /** How long a JSON body may take to come. */
  readonly bodyTimeoutMs?: number
  /** Who a body is counted against; the address of the client without it. */
  readonly sourceOf?: (requester: Requester | undefined, request: RequestInfo) => string
}

export interface Router {
  readonly dispatch: Dispatch
  readonly listener: RequestListener
  /** Like `listener`, but hands requests for unknown paths on. */
  readonly listenerBefore: (fallback: (request: IncomingMessage, response: ServerResponse) => void) => RequestListener
  /** Answers every request on a connection with this error, without reading it. */
  readonly refuse: (refusalOf: (socket: Socket) => Error | undefined) => void
  /** Ends long polls, and resolves when every request of a socket is answered, or the time is over. */
  drain(timeoutMs: number): Promise<void>
}

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024
/** An event of 64 KiB whose text is escaped throughout. */
const ORDINARY_BODY_BYTES = 512 * 1024
/** Of strangers, who have not said yet who they are. */
const MAX_STRANGER_BYTES = 64 * 1024
const DEFAULT_MEMORY: BodyMemoryLimits = { totalBytes: 64 * 1024 * 1024, perSourceBytes: 16 * 1024 * 1024 }
const BODY_TIMEOUT_MS = 60_000

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
    refuse: (refusalOf) => {
      serving.refusalOf = refusalOf
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
  readonly #memory: BodyMemory
  refusalOf: (socket: Socket) => Error | undefined = () => undefined
  #underWay = 0
  #isDraining = false
  #drained: (() => void) | undefined

  constructor(endpoints: readonly Endpoint<Services, Requester>[], options: RouterOptions<Services, Requester>) {
    this.#table = new RouteTable(endpoints)
    this.#options = options
    this.#trustedProxies = new Set(options.trustedProxies)
    this.#memory = new BodyMemory(options.bodyMemory ?? DEFAULT_MEMORY)
  }

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    fallback: ((request: IncomingMessage, response: ServerResponse) => void) | undefined,
  ): Promise<void> {
    if (isEnding(request.socket)) return
    const info = this.#describe(request)
    const refusal = this.refusalOf(request.socket)
    // A preflight is answered here for the other paths too: without it a browser tells its page nothing of their 404.
    const isPreflight = info.method === 'OPTIONS'
    const match = this.#table.match(info.method, info.path)
    if (!refusal && !isPreflight && fallback && match.kind === 'unknown') {
      askForBody(request, response)
      return fallback(request, response)
    }
    this.#underWay += 1
    const answer = refusal
      ? errorResponse(refusal, this.#options.logger)
      : await this.answer(info, socketSource(request, response, this.#waiting), match)
    try {
      settleUnread(request, response, answer.status === 408 || refusal !== undefined)
      if (refusal) response.setHeader('connection', 'close')
      if (this.#isDraining) response.setHeader('connection', 'close')
      await writeResponse(response, answer, info.method === 'HEAD')
    } catch (error) {
      response.destroy()
      this.#options.logger.debug({ err: error }, 'response was cut short')
    }
    if (response.writableFinished || response.closed) this.#finished()
    else response.once('close', () => this.#finished())
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

  async answer(
    request: RequestInfo,
    source: Source,
    match = this.#table.match(request.method, request.path),
  ): Promise<HttpResponse> {
    const startedMs = performance.now()
    const { logger } = this.#options
    let answer: HttpResponse
    let route: string | undefined
    try {
      if (request.method === 'OPTIONS') return new HttpResponse(204, undefined)
      if (match.kind === 'unknown') throw unrecognized('Unrecognized request')
      if (match.kind === 'wrong method') return wrongMethod(match.allowed)
      route = match.endpoint.paths[0]
      answer = await this.#run(match.endpoint, match.params, request, source)
    } catch (error) {
      answer = errorResponse(this.#options.asMatrixError?.(error) ?? error, logger)
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
    checkParams(params)
    checkQuery(request.query)
    if (endpoint.params) check(endpoint.params, params, 'path')
    const query = queryValues(endpoint.query, request.query)
    if (endpoint.query) check(endpoint.query, query, 'query')
    const maxBytes = this.#maxBytes(endpoint, requester === undefined)
    const held = this.#memory.hold(this.#options.sourceOf?.(requester, request) ?? request.ip ?? '')
    const timeoutMs = this.#options.bodyTimeoutMs ?? BODY_TIMEOUT_MS
    try {
      const body = await readChecked(endpoint, request, source, { maxBytes, timeoutMs, held })
      const context = { services, requester: requester as Requester, params, query, body, request, logger }
      return await handled(endpoint, context, source, maxBytes)
    } finally {
      held.release()
    }
  }
  #maxBytes({ maxBodyBytes, takesMany }: Endpoint<Services, Requester>, isStranger: boolean): number {
    const most = this.#options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
    const ofKind = takesMany === true ? most : takesMany === false ? ORDINARY_BODY_BYTES : takesMany
    const allowed = maxBodyBytes ?? Math.min(most, ofKind)
    return isStranger ? Math.min(allowed, MAX_STRANGER_BYTES) : allowed
  }

  #describe(request: IncomingMessage): RequestInfo {
    const headers = request.headers as Record<string, string>
    const address = request.socket.remoteAddress
    const peer = address === undefined ? undefined : plainAddress(address)
    const forwarded = peer !== undefined && this.#trustedProxies.has(peer) ? headers['x-forwarded-for'] : undefined
    const ip = (forwarded === undefined ? undefined : forwardedFor(forwarded, this.#trustedProxies)) ?? peer
    return { ...splitUrl(request.url ?? '/'), method: request.method ?? 'GET', headers, ip }
  }
}

type ContextParts<Services, Requester> = Omit<
  EndpointContext<Services, Requester, unknown, unknown, unknown>,
  'signal' | 'stream'
>

async function handled<Services, Requester>(
  endpoint: Endpoint<Services, Requester>,
  parts: ContextParts<Services, Requester>,
  source: Source,
  maxBytes: number,
): Promise<HttpResponse> {
  const result = await endpoint.handle({
    ...parts,
    get signal() {
      return source.signal()
    },
    get stream() {
      return source.stream(maxBytes)
    },
  })
  return result instanceof HttpResponse ? result : new HttpResponse(200, result ?? {})
}

async function readChecked(
  endpoint: Pick<Endpoint<never, never>, 'body'>,
  request: RequestInfo,
  source: Source,
  limits: BodyLimits,
): Promise<unknown> {
  const { body: schema } = endpoint
  if (schema === undefined || schema === 'stream') return undefined
  let body = await source.readBody(limits)
  // Some write `null` where they have nothing to say.
  if (body === EMPTY || body === null) {
    if (request.method === 'PUT') throw notJson('the body is empty')
    body = {}
  }
  return checkedBody(schema, body)
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
