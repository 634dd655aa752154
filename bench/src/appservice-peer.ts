import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** An application service that acknowledges at once and remembers when each event arrived. */
export class AppservicePeer implements AsyncDisposable {
  readonly #server = createServer()
  readonly arrivals = new Map<string, number>()
  #waiting: { eventId: string; resolve: () => void }[] = []

  static async listen(port: number): Promise<AppservicePeer> {
    const peer = new AppservicePeer()
    peer.#server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const nowMs = performance.now()
        response.setHeader('content-type', 'application/json')
        response.end('{}')
        if (request.method === 'PUT') peer.#note(Buffer.concat(chunks).toString('utf8'), nowMs)
      })
    })
    peer.#server.listen(port, '127.0.0.1')
    await once(peer.#server, 'listening')
    return peer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async received(eventId: string): Promise<void> {
    if (this.arrivals.has(eventId)) return
    await new Promise<void>((resolve) => this.#waiting.push({ eventId, resolve }))
  }

  #note(body: string, nowMs: number): void {
    const { events = [] } = JSON.parse(body) as { events?: { event_id: string }[] }
    for (const { event_id: eventId } of events) if (!this.arrivals.has(eventId)) this.arrivals.set(eventId, nowMs)
    this.#waiting = this.#waiting.filter(({ eventId, resolve }) => {
      if (!this.arrivals.has(eventId)) return true
      resolve()
      return false
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
