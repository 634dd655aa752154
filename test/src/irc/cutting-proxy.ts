import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * What happens to a line on its way to the server: it passes; the connection breaks and the line is lost; or the server
 * gets the line and the connection breaks before any answer comes back.
 */
export type LineFate = 'pass' | 'cut-before' | 'cut-after'

/** A wire between a client and a server that breaks exactly where a test wants it to. */
export class CuttingProxy implements AsyncDisposable {
  /** Decides about each line of a client. */
  rule: (line: string) => LineFate = () => 'pass'
  /** What a client reads in place of a line of the server. */
  retell: (line: string) => string = (line) => line
  /** True: after a cut the server still believes the old client to be there, until `release`. */
  isLingering = false
  readonly #server: Server
  readonly #target: { readonly host: string; readonly port: number }
  readonly #sockets = new Set<Socket>()
  readonly #lingering = new Set<Socket>()
  #port = 0

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target
    this.#server = createServer((client) => this.#join(client))
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    const address = proxy.#server.address()
    if (address !== null && typeof address === 'object') proxy.#port = address.port
    return proxy
  }

  get port(): number {
    return this.#port
  }

  /** Ends the server's side of connections that were cut. */
  release(): void {
    for (const socket of this.#lingering) socket.destroy()
    this.#lingering.clear()
  }

  /** Breaks every connection now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    const server = connect(this.#target.port, this.#target.host)
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
    }
    server.on(
      'data',
      this.#linesFrom((line) => client.writable && client.write(`${this.retell(line)}\r\n`, 'latin1')),
    )
    server.on('close', () => client.destroy())
    client.on('close', () => {
      if (!this.#lingering.has(server)) server.destroy()
    })
    let rest = ''
    client.on('data', (chunk) => {
      rest += chunk.toString('utf8')
      const lines = rest.split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (!this.#pass(line, client, server)) return
    })
  }

  /** Puts lines together, each of their bytes a character: they are in whatever encoding. */
  #linesFrom(onLine: (line: string) => void): (chunk: Buffer) => void {
    let rest = ''
    return (chunk) => {
      rest += chunk.toString('latin1')
      const lines = rest.split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    }
  }

  /** False when the connection is cut. */
  #pass(line: string, client: Socket, server: Socket): boolean {
    const fate = this.rule(line)
    if (fate !== 'cut-before') server.write(`${line}\r\n`)
    if (fate === 'pass') return true
    if (this.isLingering) this.#lingering.add(server)
    server.removeAllListeners('data')
    server.on('data', () => undefined)
    server.removeAllListeners('close')
    client.removeAllListeners('data')
    client.destroy()
    // What the server has been sent is delivered before the end is.
    if (!this.isLingering) server.end()
    return false
  }
}
