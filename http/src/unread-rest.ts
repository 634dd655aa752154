import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isUnasked } from './expectation.ts'

/** So much is read and thrown away for the sake of a connection that can be used again. */
const DRAIN_BYTES = 64 * 1024
const DRAIN_MS = 10_000

/** How much, and for how long, is still read on a connection that is about to end. */
const LINGER_BYTES = 16 * 1024 * 1024
const LINGER_MS = 5000

const ending = new WeakSet<Socket>()

/** True on a connection that was said to end: what else comes on it is not answered. */
export function isEnding(socket: Socket): boolean {
  return ending.has(socket)
}

/**
 * To be called before an answer's head is written. Where the request's body is not here whole, its rest would be taken for
 * the next request: a small one is read and thrown away; otherwise the answer says that the connection ends with it, which
 * is then closed so that the client can still read the answer (RFC 9112, section 9.6).
 */
export function settleUnread(request: IncomingMessage, response: ServerResponse, isSlow: boolean): void {
  const rest = unreadBytes(request)
  if (rest === 0) return
  if (isSlow || rest > DRAIN_BYTES || isUnasked(request)) closeAfter(request, response)
  else drain(request)
}

/** What there is at most. */
function unreadBytes(request: IncomingMessage): number {
  if (request.complete) return 0
  if (request.headers['transfer-encoding'] !== undefined) return Infinity
  return Number(request.headers['content-length'] ?? 0)
}

function drain(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), DRAIN_MS)
  request.once('close', () => clearTimeout(timer))
  request.once('end', () => clearTimeout(timer))
  request.resume()
}

function closeAfter(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  ending.add(socket)
  response.setHeader('connection', 'close')
  let left = LINGER_BYTES
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left >= 0) return
    request.pause()
    if (response.writableFinished) socket.destroy()
  })
  request.resume()
  // Node would call this once the answer is out, and close with bytes unread: the client's system then drops the answer, too.
  socket.destroySoon = () => {
    socket.end(() => {
      if (left < 0) socket.destroy()
    })
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
  }
}
