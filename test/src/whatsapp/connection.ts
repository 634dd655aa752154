import { deflateSync } from 'node:zlib'
import { decodeBinaryNode, encodeBinaryNode, type proto } from '@whiskeysockets/baileys'
import type { WebSocket } from 'ws'
import type { Companion } from './world/entities.ts'
import { FrameReader, frameOf } from './noise/frame-reader.ts'
import { NoiseResponder, type NoiseTransport, type ServerIdentity } from './noise/noise-responder.ts'
import { stanza, serverJid, type Stanza } from './wire/stanza.ts'

export interface ConnectionHandler {
  /** The handshake is done. */
  opened(connection: Connection, payload: proto.ClientPayload): void
  stanza(connection: Connection, received: Stanza): Promise<void> | void
  closed(connection: Connection): void
  /** What came in could not be read, or could not be dealt with; the connection ends. */
  broken(connection: Connection, error: unknown): void
  delayMs(): number
  /** Every so many frames one goes out compressed; 0: none. */
  compressEvery(): number
}

const isCompressed = 2
/** A client that is told why its connection ends goes by itself; one that does not is cut off. */
const partingMs = 1000

/** One WebSocket of a linked device, or of one that is to be linked. */
export class Connection {
  readonly #socket: WebSocket
  readonly #handler: ConnectionHandler
  readonly #reader = new FrameReader()
  readonly #responder: NoiseResponder
  readonly #answers = new Map<string, (answer: Stanza) => void>()
  #transport: NoiseTransport | undefined
  #isGreeted = false
  #isCut = false
  #incoming = Promise.resolve()
  #outgoing = Promise.resolve()
  #sent = 0
  #asked = 0
  /** Known once the handshake is done. */
  clientKey = Buffer.alloc(0)
  /** Known once it is logged in. */
  companion: Companion | undefined

  constructor(socket: WebSocket, identity: ServerIdentity, handler: ConnectionHandler) {
    this.#socket = socket
    this.#handler = handler
    this.#responder = new NoiseResponder(identity)
    socket.on('message', (data: Buffer) => {
      // Stanzas are dealt with in the order they came; decoding them is asynchronous.
      this.#incoming = this.#incoming.then(() => this.#take(data)).catch((error: unknown) => this.#fail(error))
    })
    socket.on('close', () => handler.closed(this))
    socket.on('error', () => undefined)
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  send(sent: Stanza): void {
    this.sendBytes(encodeBinaryNode(sent))
  }

  /** A node's bytes, whatever they are, with the flags byte in front that the codec writes. */
  sendBytes(encoded: Buffer): void {
    const delayMs = this.#handler.delayMs()
    if (delayMs === 0) return this.#write(encoded)
    const pause = new Promise<void>((resolve) => setTimeout(resolve, delayMs).unref())
    this.#outgoing = Promise.all([this.#outgoing, pause]).then(() => this.#write(encoded))
  }

  answer(query: Stanza, content?: Stanza['content']): void {
    this.send(stanza('iq', { from: query.attrs['to'] ?? serverJid, type: 'result', id: query.attrs['id'] }, content))
  }

  refuse(query: Stanza, code: number, text: string): void {
    const from = query.attrs['to'] ?? serverJid
    const error = stanza('error', { code: String(code), text })
    this.send(stanza('iq', { from, type: 'error', id: query.attrs['id'] }, [error]))
  }

  /** Asks the client; never to be awaited while one of its stanzas is being dealt with. */
  async ask(attrs: Readonly<Record<string, string>>, content: Stanza[]): Promise<Stanza> {
    const id = `server-${++this.#asked}`
    const { promise, resolve } = Promise.withResolvers<Stanza>()
    this.#answers.set(id, resolve)
    this.send(stanza('iq', { from: serverJid, ...attrs, id }, content))
    return await promise
  }

  /** Ends the connection with a reason; 515 tells the client to connect again at once. */
  streamError(code: number | undefined, content?: Stanza[]): void {
    this.send(stanza('stream:error', { code: code === undefined ? undefined : String(code) }, content))
    setTimeout(() => this.close(), partingMs).unref()
  }

  close(): void {
    void this.#outgoing.then(() => this.#socket.close())
  }

  /** Without a word, as when the network fails. */
  cut(): void {
    this.#isCut = true
    this.#socket.terminate()
  }

  async #take(data: Buffer): Promise<void> {
    for (const frame of this.#reader.take(data)) {
      // What a client had sent before it left still counts.
      if (this.#isCut) return
      if (this.#transport !== undefined) await this.#receive(await decodeBinaryNode(this.#transport.open(frame)))
      else if (this.#isGreeted) this.#finish(frame)
      else {
        this.#isGreeted = true
        this.#socket.send(frameOf(this.#responder.answerHello(frame)))
      }
    }
  }

  #finish(frame: Buffer): void {
    const { clientKey, payload, transport } = this.#responder.finish(frame)
    this.#transport = transport
    this.clientKey = Buffer.from(clientKey)
    this.#handler.opened(this, payload)
  }

  async #receive(received: Stanza): Promise<void> {
    const { type, id = '' } = received.attrs
    const isAnswer = received.tag === 'iq' && (type === 'result' || type === 'error')
    const waiting = isAnswer ? this.#answers.get(id) : undefined
    this.#answers.delete(id)
    if (waiting === undefined) await this.#handler.stanza(this, received)
    else waiting(received)
  }

  #write(encoded: Buffer): void {
    if (!this.isOpen || this.#transport === undefined) return
    const every = this.#handler.compressEvery()
    const isDue = every > 0 && ++this.#sent % every === 0
    const plain = isDue ? Buffer.concat([Buffer.from([isCompressed]), deflateSync(encoded.subarray(1))]) : encoded
    this.#socket.send(frameOf(this.#transport.seal(plain)))
  }

  #fail(error: unknown): void {
    this.#handler.broken(this, error)
    this.cut()
  }
}
