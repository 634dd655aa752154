import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** What undici calls in the life of one request; named here, so that every version that is in use fits. */
interface Handler {
  onRequestStart?(controller: never, context: never): void
  onRequestUpgrade?(controller: never, statusCode: number, headers: never, socket: never): void
  onResponseStart?(controller: never, statusCode: number, headers: never, statusMessage?: string): void
  onResponseData?(controller: never, chunk: never): void
  onResponseEnd?(controller: never, trailers: never): void
  onResponseError?(controller: never, error: Error): void
}

type Dispatch<Options, Handling> = (options: Options, handler: Handling) => boolean

const closedCodes: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/**
 * An interceptor for undici. The other side may close a connection that was kept open just as the next request goes out on it
 * (RFC 9112 §9.3.1): that is no error. The request is repeated at once, one time, through `fresh`, which must open a
 * connection for each request. Only for clients whose every request is safe to repeat: the one that was cut off may have been
 * read, though nothing of an answer came.
 */
export function repeatWhenClosed<Options, Handling>(fresh: {
  readonly dispatch: Dispatch<Options, Handling>
}): (dispatch: Dispatch<Options, Handling>) => Dispatch<Options, Handling> {
  watchConnections()
  return (dispatch) => (options, handler) => {
    const to = handler as Handler
    const first: Required<Handler> = {
      onRequestStart: (controller, context) => to.onRequestStart?.(controller, context),
      onRequestUpgrade: (controller, statusCode, headers, socket) =>
        to.onRequestUpgrade?.(controller, statusCode, headers, socket),
      onResponseStart: (controller, statusCode, headers, statusMessage) =>
        to.onResponseStart?.(controller, statusCode, headers, statusMessage),
      onResponseData: (controller, chunk) => to.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => to.onResponseEnd?.(controller, trailers),
      onResponseError(controller, error) {
        if (closedUnanswered.has(error) && isWhole(options)) fresh.dispatch(options, handler)
        else to.onResponseError?.(controller, error)
      },
    }
    return dispatch(options, first as Handling)
  }
}

/** A stream was read as far as it was sent, and cannot be sent again. */
function isWhole(options: unknown): boolean {
  const { body } = options as { body?: unknown }
  return body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array
}

interface Sent {
  readonly socket: Socket
  readonly isReused: boolean
  readonly bytesReadBefore: number
  isAnswered: boolean
}

/** Failures of a request on a connection that had served another, with no byte of an answer. */
const closedUnanswered = new WeakSet<Error>()
const used = new WeakSet<Socket>()
const sent = new WeakMap<object, Sent>()
let isWatching = false

/** undici names the connection of a request to those who listen on its channels, and nowhere else. */
function watchConnections(): void {
  if (isWatching) return
  isWatching = true
  subscribe('undici:client:sendHeaders', (message) => {
    const { request, socket } = message as { request: object; socket: Socket }
    sent.set(request, { socket, isReused: used.has(socket), bytesReadBefore: socket.bytesRead, isAnswered: false })
    used.add(socket)
  })
  subscribe('undici:request:headers', (message) => {
    const own = sent.get((message as { request: object }).request)
    if (own !== undefined) own.isAnswered = true
  })
  subscribe('undici:request:error', (message) => {
    const { request, error } = message as { request: object; error: unknown }
    const own = sent.get(request)
    if (own === undefined || !(error instanceof Error)) return
    const isClosed = closedCodes.has((error as { code?: unknown }).code)
    if (isClosed && own.isReused && !own.isAnswered && !hasReadMore(own)) closedUnanswered.add(error)
  })
}

/** Half a head counts as an answer. What a TLS connection reads is its own affair too: tickets, the notice that it closes. */
function hasReadMore({ socket, bytesReadBefore }: Sent): boolean {
  return !('encrypted' in socket) && socket.bytesRead > bytesReadBefore
}
