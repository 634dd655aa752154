import type { Socket } from 'node:net'
import { sniff, type Sniffed } from './sniff.ts'

export interface ConnectionEvents {
  readonly onPacket: (packet: Buffer) => void
  readonly onViolation: (words: string) => void
  readonly onClose: () => void
}

/** The server's end of a TCP connection, whatever transport the client chose. */
export class Connection {
  readonly #socket: Socket
  readonly #events: ConnectionEvents
  #sniffed: Sniffed | undefined
  #rest: Buffer = Buffer.alloc(0)
  #isDeaf = false

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket
    this.#events = events
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => events.onClose())
  }

  get transport(): string | undefined {
    return this.#sniffed?.framing.name
  }

  send(packet: Buffer): void {
    if (this.#sniffed === undefined || this.#socket.destroyed || this.#isDeaf) return
    const framed = this.#sniffed.framing.wrap(packet)
    this.#socket.write(this.#sniffed.obfuscation?.cipher.update(framed) ?? framed)
  }

  /** A transport error: one negative number in place of a packet. */
  sendError(code: 404 | 429 | 444): void {
    const packet = Buffer.alloc(4)
    packet.writeInt32LE(-code)
    this.send(packet)
  }

  /** The connection stays open, and nothing is read or written any more. */
  goDeaf(): void {
    this.#isDeaf = true
    this.#socket.pause()
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    try {
      this.#rest = Buffer.concat([this.#rest, this.#sniffed?.obfuscation?.decipher.update(chunk) ?? chunk])
      if (this.#sniffed === undefined && !this.#begin()) return
      this.#packets()
    } catch (error) {
      this.#events.onViolation(error instanceof Error ? error.message : String(error))
      this.close()
    }
  }

  #begin(): boolean {
    this.#sniffed = sniff(this.#rest)
    if (this.#sniffed === undefined) return false
    const { skip, obfuscation } = this.#sniffed
    const rest = this.#rest.subarray(skip)
    this.#rest = obfuscation === undefined ? rest : obfuscation.decipher.update(rest)
    return true
  }

  #packets(): void {
    for (;;) {
      const taken = this.#sniffed?.framing.take(this.#rest)
      if (taken === undefined || this.#isDeaf) return
      this.#rest = this.#rest.subarray(taken.used)
      this.#events.onPacket(taken.packet)
    }
  }
}
