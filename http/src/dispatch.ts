/** One HTTP exchange without a socket: what the router serves, and what an in-process transport carries. */
export interface DispatchRequest {
  readonly method: string
  /** Path with query string, percent-encoded as on the wire: `/_matrix/client/v3/sync?timeout=0`. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** A JSON value (already parsed, never mutated by the receiver), raw bytes, or nothing. */
  readonly body?: unknown
  /** The answer's bytes may come as a stream; whoever asks reads it to its end, or breaks it off. */
  readonly takesStream?: boolean
  /** Ends a long poll when the caller no longer waits. */
  readonly signal?: AbortSignal
}

export interface DispatchResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A JSON value, or bytes for media: an `AsyncIterable` of them where that was asked for. */
  readonly body: unknown
}

/** The two-way in-process transport between a homeserver and an application service is a pair of these. */
export type Dispatch = (request: DispatchRequest) => Promise<DispatchResponse>
