import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createSecure } from 'node:tls'

/** What becomes of the second request on a connection. */
export type Closing = 'reset' | 'end' | 'half an answer' | 'answered, then reset'

export interface ClosingServer extends AsyncDisposable {
  readonly port: number
  /** Lines of the requests that were handled, in order. */
  readonly handled: string[]
  /** How many requests met a connection that closed under them. */
  readonly cut: () => number
  readonly connections: () => number
}

/** A server that answers one request a connection, says that it keeps it, and closes as the next one comes. */
export async function startClosingServer(
  closings: readonly Closing[],
  options: { tls?: { key: string; cert: string }; cutsFirst?: boolean } = {},
): Promise<ClosingServer> {
  const handled: string[] = []
  let cut = 0
  let connections = 0
  const accept = (socket: Socket): void => {
    connections++
    let requests = 0
    socket.on('error', () => undefined)
    serve(socket, (line) => {
      const isFirst = requests++ === 0
      if (isFirst && options.cutsFirst !== true) {
        handled.push(line)
        return void socket.write(answer)
      }
      close(socket, closings[cut++ % closings.length] ?? 'reset', () => handled.push(line))
    })
  }
  const server: Server = options.tls === undefined ? createServer(accept) : createSecure(options.tls, accept)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    handled,
    cut: () => cut,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.close()
    },
  }
}

const body = '{"nonce":"1"}'
const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

function close(socket: Socket, closing: Closing, handle: () => void): void {
  if (closing === 'end') return void socket.end()
  if (closing === 'half an answer') {
    handle()
    return void socket.end('HTTP/1.1 200 OK\r\ncontent-ty')
  }
  if (closing === 'answered, then reset') handle()
  // Of an encrypted connection the socket below is what is reset.
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

/** Requests one by one: a head, and a body of the length that it names. */
function serve(socket: Socket, onRequest: (line: string) => void): void {
  let waiting = ''
  socket.on('data', (chunk: Buffer) => {
    waiting += chunk.toString('latin1')
    for (;;) {
      const end = waiting.indexOf('\r\n\r\n')
      if (end === -1) return
      const length = Number(/^content-length: (\d+)/im.exec(waiting.slice(0, end))?.[1] ?? 0)
      if (waiting.length < end + 4 + length) return
      const line = waiting.slice(0, waiting.indexOf('\r\n'))
      waiting = waiting.slice(end + 4 + length)
      onRequest(line)
    }
  })
}
