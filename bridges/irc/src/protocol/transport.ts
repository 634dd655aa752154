import { EventEmitter } from 'node:events'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { decodeLine, encodeLine } from './decode-line.ts'
import type { Egress } from './egress.ts'

export interface TransportOptions {
  readonly host: string
  readonly port: number
  readonly security: 'plain' | 'tls' | 'tls-insecure'
  /** The way out of the process. */
  readonly egress?: Egress
  /** PEM of an authority to trust in place of the system's. */
  readonly ca?: string
  /** PEM pair with which the client names itself (SASL EXTERNAL). */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string }
  readonly onCreated: (transport: LineTransport) => void
  /** A line that the code above could not digest, or that was too long to keep. */
  readonly onBadLine: (error: unknown) => void
}

/** IRCv3 allows 8191 bytes of tags before the 512 of the line itself; anything longer is no IRC. */
const maxLineBytes = 16_384

/**
 * The socket below irc-framework, in the shape its `transport` option asks for. In place of the library's own it bounds
 * what an endless line can cost, can be paused between two lines, verifies with an own authority, and survives a line
 * that its reader throws at.
 */
export class LineTransport extends EventEmitter {
  readonly #options: TransportOptions
  #socket: Socket | undefined
  #pending: Buffer[] = []
  #partial: Buffer[] = []
  #partialBytes = 0
  #isSkipping = false
  #isPaused = false
  #isReading = false
  #hasEnded = false
  #lastError: Error | undefined

  constructor(options: TransportOptions) {
    super()
    this.#options = options
    options.onCreated(this)
  }

  connect(): void {
    let socket: Socket
    try {
      this.#options.egress?.check(this.#options.host)
      socket = this.#open()
    } catch (error) {
      // Told as any other failure: not before those who wait for it are there.
      this.#lastError = error as Error
      setImmediate(() => this.#finish())
      return
    }
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.once(this.#options.security === 'plain' ? 'connect' : 'secureConnect', () => {
      this.emit('extra', 'raw socket connected', socket)
      this.emit('open')
    })
    socket.on('data', (chunk: Buffer) => {
      this.#pending.push(chunk)
      this.#read()
    })
    socket.on('error', (error) => (this.#lastError = error))
    socket.on('close', () => {
      this.#hasEnded = true
      this.#read()
    })
  }

  /** Stops handing out lines, after the present one, and stops reading from the network. */
  pause(): void {
    this.#isPaused = true
    this.#socket?.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket?.resume()
    this.#read()
  }

  writeLine(line: string, callback?: () => void): void {
    // The library asks for what is new and wanted, also where that is nothing, which is no request to a server.
    if (/^CAP REQ :?\s*$/.test(line)) return callback?.()
    this.#socket?.write(encodeLine(`${line}\r\n`), callback)
  }

  /** Never true for text encodings other than UTF-8: lines in others are told apart when they are read. */
  setEncoding(encoding: string): boolean {
    return encoding === 'utf8'
  }

  /** Unless forced, lines that arrive until the server closes its side are still handed out. */
  close(isForced: boolean): void {
    if (!isForced && this.#socket?.connecting !== true) {
      this.#socket?.end()
      return
    }
    this.#pending = []
    this.#isPaused = false
    this.#socket?.destroy()
  }

  disposeSocket(): void {
    this.#socket?.removeAllListeners('data')
    this.#socket?.destroy()
  }

  #open(): Socket {
    const { host, port, security, ca, clientCertificate, egress } = this.#options
    const address = { host, port, ...(egress && { lookup: egress.lookup }) }
    if (security === 'plain') return connectPlain(address)
    return connectTls({
      ...address,
      ...(isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: security === 'tls',
      ...(ca !== undefined && { ca }),
      ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key }),
    })
  }

  // A reader may pause from inside a line; what is left of the chunk then waits here.
  #read(): void {
    if (this.#isReading) return
    this.#isReading = true
    while (!this.#isPaused) {
      const chunk = this.#pending.shift()
      if (chunk === undefined) break
      const end = chunk.indexOf(10)
      if (end === -1) {
        this.#keep(chunk)
        continue
      }
      if (end + 1 < chunk.length) this.#pending.unshift(chunk.subarray(end + 1))
      this.#keep(chunk.subarray(0, end))
      this.#finishLine()
    }
    this.#isReading = false
    if (this.#hasEnded && this.#pending.length === 0) this.#finish()
  }

  #keep(bytes: Buffer): void {
    if (this.#isSkipping || bytes.length === 0) return
    this.#partialBytes += bytes.length
    this.#partial.push(bytes)
    if (this.#partialBytes <= maxLineBytes) return
    this.#isSkipping = true
    this.#partial = []
    this.#options.onBadLine(new Error('line too long'))
  }

  #finishLine(): void {
    const bytes = this.#partial.length === 1 ? this.#partial[0] : Buffer.concat(this.#partial)
    const isWhole = !this.#isSkipping
    this.#partial = []
    this.#partialBytes = 0
    this.#isSkipping = false
    if (!isWhole || bytes === undefined || bytes.length === 0) return
    try {
      this.emit('line', decodeLine(bytes))
    } catch (error) {
      this.#options.onBadLine(error)
    }
  }

  #finish(): void {
    this.#hasEnded = false
    this.emit('close', this.#lastError ?? false)
  }
}
