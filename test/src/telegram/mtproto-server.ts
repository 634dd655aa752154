import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { AuthKeys } from './auth-keys.ts'
import type { AuthKey } from './session.ts'
import { igeDecrypt, igeEncrypt } from './crypto/ige.ts'
import { aesKey, messageKey } from './crypto/message-key.ts'
import { makeServerKey, type ServerKey } from './crypto/server-key.ts'
import type { Faults } from './faults.ts'
import { IncomingMessages } from './incoming-messages.ts'
import type { Judge } from './judge.ts'
import { KeyExchange } from './key-exchange.ts'
import { MessageIds } from './message-ids.ts'
import { newSession, type Session } from './session.ts'
import type { TlCodec } from './tl/codec.ts'
import { type TlObject, type TlValue } from './tl/tl-value.ts'
import { TlWriter } from './tl/tl-writer.ts'
import { Connection } from './transport/connection.ts'

export interface MtProtoServerOptions {
  readonly codec: TlCodec
  readonly faults: Faults
  readonly judge: Judge
  /** Answers one call; an RpcError thrown is the answer, too. */
  readonly answer: (call: TlObject, session: Session) => Promise<TlValue>
}

interface Link {
  readonly connection: Connection
  readonly exchange: KeyExchange
  session?: Session
}

const containerId = 0x73f1f8dc
const gzipId = 0x3072cfa1
const unknownId = 0x0badc0de

/** MTProto 2.0 on loopback: key exchange, encrypted sessions, service messages. It knows nothing of users and chats. */
export class MtProtoServer implements AsyncDisposable {
  readonly keys = new AuthKeys()
  readonly ids = new MessageIds()
  readonly serverKey: ServerKey = makeServerKey()
  readonly #options: MtProtoServerOptions
  readonly #incoming: IncomingMessages
  readonly #links = new Set<Link>()
  #server: Server | undefined
  #port = 0
  /** How many connections have been made so far. */
  connectionCount = 0

  constructor(options: MtProtoServerOptions) {
    this.#options = options
    this.#incoming = new IncomingMessages({
      ...options,
      ids: this.ids,
      send: (session, body, how) => this.send(session, body, how),
    })
  }

  get port(): number {
    return this.#port
  }

  async listen(port = 0): Promise<void> {
    const server = createServer((socket) => this.#accept(socket))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  /** Refuses connections, present and new, until `listen` is called again with the same port. */
  async stopListening(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    this.dropConnections()
    await closed
  }

  dropConnections(): void {
    for (const { connection } of this.#links) connection.close()
  }

  /** Connections stay open, and nothing is read or written on them any more. */
  goDeaf(): void {
    for (const { connection } of this.#links) connection.goDeaf()
  }

  /** Clients learn the new salt when they use the old one. */
  rotateSalts(): void {
    for (const key of this.keys.all()) key.salt = randomBytes(8).readBigInt64LE()
  }

  /** A session is sent something that answers no call. False where it has no connection. */
  push(session: Session, update: TlObject): boolean {
    const fault = this.#options.faults.takeForPush()
    if (fault === 'lose' || this.#options.faults.arePushesLost) return false
    const body = fault === 'unknown-constructor' ? unknownObject() : this.#options.codec.encode(update)
    return this.send(session, body, { kind: 'other', isContent: true, isRepeated: fault === 'repeat' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopListening()
  }

  /** Encrypts and sends one message. False where the session has no connection. */
  send(
    session: Session,
    body: Buffer,
    how: { kind: 'answer' | 'other'; isContent: boolean; isRepeated?: boolean },
  ): boolean {
    const { connection, authKey } = session
    if (connection === undefined) return false
    const message = this.#message(session, this.#dressed(body, how.kind), how)
    const plain = Buffer.concat([message, randomBytes(12 + ((16 - ((message.length + 12) % 16)) % 16))])
    const msgKey = messageKey(authKey.key, plain, 8)
    const { key, iv } = aesKey(authKey.key, msgKey, 8)
    const packet = Buffer.concat([authKey.id, msgKey, igeEncrypt(key, iv, plain)])
    connection.send(packet)
    if (how.isRepeated === true) connection.send(packet)
    return true
  }

  #message(
    session: Session,
    body: Buffer,
    { kind, isContent }: { kind: 'answer' | 'other'; isContent: boolean },
  ): Buffer {
    const { authKey } = session
    const inner = { id: this.ids.next(kind), number: session.sentContent * 2 + (isContent ? 1 : 0), body }
    if (isContent) {
      session.sentContent++
      session.unacknowledged.add(inner.id)
    }
    const isBundled = this.#options.faults.areAnswersBundled
    const outer = isBundled
      ? { id: this.ids.next(kind), number: session.sentContent * 2, body: container(inner) }
      : inner
    const writer = new TlWriter()
    writer.long(authKey.salt)
    writer.long(session.id)
    writer.raw(bare(outer))
    return writer.finish()
  }

  /** An answer of an API call may come gzipped, and must be understood then, too. */
  #dressed(body: Buffer, kind: 'answer' | 'other'): Buffer {
    const rpcResultId = 0xf35c6d01
    const isResult = kind === 'answer' && body.readUInt32LE(0) === rpcResultId
    if (!isResult || !this.#options.faults.areAnswersGzipped) return body
    const writer = new TlWriter()
    writer.raw(body.subarray(0, 12))
    writer.int(gzipId)
    writer.bytes(gzipSync(body.subarray(12)))
    return writer.finish()
  }

  #accept(socket: Socket): void {
    this.connectionCount++
    let queue = Promise.resolve()
    const { codec, judge } = this.#options
    const connection = new Connection(socket, {
      // Packets of one connection are dealt with strictly in order.
      onPacket: (packet) => {
        queue = queue
          .then(() => this.#take(link, packet))
          .catch((error: unknown) => {
            judge.against(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
            connection.close()
          })
      },
      onViolation: (words) => judge.against(words),
      onClose: () => {
        this.#links.delete(link)
        if (link.session?.connection === connection) link.session.connection = undefined
      },
    })
    const onKey = (key: Buffer, salt: bigint): void => void this.keys.add(key, salt)
    const { serverKey } = this
    const link: Link = {
      connection,
      exchange: new KeyExchange({ codec, serverKey, nowSeconds: () => this.ids.nowSeconds(), onKey }),
    }
    this.#links.add(link)
  }

  #take(link: Link, packet: Buffer): void {
    if (packet.length < 24) throw new RangeError(`a packet of ${packet.length} bytes`)
    if (packet.readBigUInt64LE(0) === 0n) return this.#exchange(link, packet)
    const authKey = this.keys.byId(packet.subarray(0, 8))
    if (authKey === undefined) return link.connection.sendError(404)
    this.#decrypt(link, authKey, packet)
  }

  #exchange({ connection, exchange }: Link, packet: Buffer): void {
    const length = packet.readInt32LE(16)
    const answer = exchange.answer(this.#options.codec.decodeObject(packet.subarray(20, 20 + length)))
    const body = this.#options.codec.encode(answer)
    const header = Buffer.alloc(20)
    header.writeBigInt64LE(this.ids.next('answer'), 8)
    header.writeInt32LE(body.length, 16)
    connection.send(Buffer.concat([header, body]))
  }

  #decrypt(link: Link, authKey: AuthKey, packet: Buffer): void {
    const msgKey = packet.subarray(8, 24)
    const { key, iv } = aesKey(authKey.key, msgKey, 0)
    const plain = igeDecrypt(key, iv, packet.subarray(24))
    if (!messageKey(authKey.key, plain, 0).equals(msgKey)) throw new RangeError('the message key differs')
    const length = plain.readInt32LE(28)
    const padding = plain.length - 32 - length
    if (length % 4 !== 0 || padding < 12 || padding > 1024)
      throw new RangeError(`length ${length} with padding ${padding}`)
    const session = this.#sessionOf(link, authKey, plain.readBigInt64LE(8))
    this.#incoming.take(session, {
      salt: plain.readBigInt64LE(0),
      id: plain.readBigInt64LE(16),
      number: plain.readInt32LE(24),
      body: plain.subarray(32, 32 + length),
    })
  }

  #sessionOf(link: Link, authKey: AuthKey, id: bigint): Session {
    const session = authKey.sessions.get(id) ?? newSession(id, authKey)
    authKey.sessions.set(id, session)
    session.connection = link.connection
    link.session = session
    return session
  }
}

interface Outgoing {
  readonly id: bigint
  readonly number: number
  readonly body: Buffer
}

function bare({ id, number, body }: Outgoing): Buffer {
  const writer = new TlWriter()
  writer.long(id)
  writer.int(number)
  writer.int(body.length)
  writer.raw(body)
  return writer.finish()
}

function container(message: Outgoing): Buffer {
  const writer = new TlWriter()
  writer.int(containerId)
  writer.int(1)
  writer.raw(bare(message))
  return writer.finish()
}

function unknownObject(): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(unknownId)
  return bytes
}
