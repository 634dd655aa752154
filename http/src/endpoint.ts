import type { Logger } from 'pino'
import type { Static, TSchema } from 'typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What a handler sees of the request beside its checked parts. */
export interface RequestInfo {
  readonly method: string
  /** Without the query string. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Address of the client; undefined in process. */
  readonly ip: string | undefined
}

export interface EndpointContext<Services, Requester, Params, Query, Body> {
  readonly services: Services
  readonly requester: Requester
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly request: RequestInfo
  readonly logger: Logger
  /** Fires when the client goes away; made on first use, so only long polls and uploads pay for it. */
  readonly signal: AbortSignal
  /** The body as it arrives, for endpoints with `body: 'stream'`; ends with M_TOO_LARGE beyond `maxBodyBytes`. */
  readonly stream: AsyncIterable<Uint8Array>
}

/** A handler that answers with something else than 200 and JSON returns one of these. */
export class HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A JSON value, bytes, or a stream of bytes. */
  readonly body: unknown

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** `locked-user` is a user whose account may be locked, who can do nothing but end sessions. */
export type Auth = 'none' | 'optional' | 'user' | 'locked-user' | 'appservice' | 'admin'

type RequesterFor<A extends Auth, Requester> = A extends 'none'
  ? undefined
  : A extends 'optional'
    ? Requester | undefined
    : Requester

type StaticOr<Schema, Otherwise> = Schema extends TSchema ? Static<Schema> : Otherwise

export interface EndpointSpec<
  Services,
  Requester,
  A extends Auth,
  P extends TSchema | undefined,
  Q extends TSchema | undefined,
  B extends TSchema | 'stream' | undefined,
> {
  readonly method: Method
  /**
   * `/a/:name/b`; `:name?` may match an empty segment, as an empty state key does. Parameters arrive percent-decoded.
   * Several paths are spellings of the same endpoint.
   */
  readonly path: string | readonly string[]
  readonly auth: A
  readonly params?: P
  /** Values are converted to the types of the schema: integer, number, boolean, array (repeated key). */
  readonly query?: Q
  /** Checked in place: keys that the schema does not name are kept. */
  readonly body?: B
  readonly maxBodyBytes?: number
  /**
   * The body holds many things of one kind, so it may be as large as the router allows, or have so many bytes; others have
   * 512 KiB at most.
   */
  readonly takesMany?: boolean | number
  /** Counts against the requester's rate limit, as everything does that is no GET and does not say otherwise. */
  readonly rateLimited?: boolean
  handle(
    context: EndpointContext<
      Services,
      RequesterFor<A, Requester>,
      StaticOr<P, Record<string, string>>,
      StaticOr<Q, Record<string, string>>,
      B extends TSchema ? Static<B> : undefined
    >,
  ): unknown
}

/** An endpoint whose schema types are forgotten, as lists and the router hold it. */
export interface Endpoint<Services, Requester> {
  readonly method: Method
  readonly paths: readonly string[]
  readonly auth: Auth
  readonly params: TSchema | undefined
  readonly query: TSchema | undefined
  readonly body: TSchema | 'stream' | undefined
  readonly maxBodyBytes: number | undefined
  readonly takesMany: boolean | number
  readonly rateLimited: boolean
  readonly handle: (context: EndpointContext<Services, Requester, unknown, unknown, unknown>) => unknown
}

/** Makes the `defineEndpoint` of a program, which knows its services and its kind of requester. */
export function endpointDefiner<Services, Requester>() {
  return function defineEndpoint<
    const A extends Auth,
    P extends TSchema | undefined = undefined,
    Q extends TSchema | undefined = undefined,
    B extends TSchema | 'stream' | undefined = undefined,
  >(spec: EndpointSpec<Services, Requester, A, P, Q, B>): Endpoint<Services, Requester> {
    return {
      method: spec.method,
      paths: typeof spec.path === 'string' ? [spec.path] : spec.path,
      auth: spec.auth,
      params: spec.params,
      query: spec.query,
      body: spec.body,
      maxBodyBytes: spec.maxBodyBytes,
      takesMany: spec.takesMany ?? false,
      rateLimited: spec.rateLimited ?? spec.method !== 'GET',
      handle: (context) => spec.handle(context as Parameters<typeof spec.handle>[0]),
    }
  }
}
