import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Faults } from './faults.ts'
import type { Judge } from './judge.ts'
import type { MessageIds } from './message-ids.ts'
import { RpcError } from './rpc-error.ts'
import type { Session } from './session.ts'
import type { TlCodec } from './tl/codec.ts'
import { TlReader } from './tl/tl-reader.ts'
import { intOf, longOf, objectOf, TlError, type TlObject, type TlValue } from './tl/tl-value.ts'
import { TlWriter } from './tl/tl-writer.ts'

export interface IncomingParts {
  readonly codec: TlCodec
  readonly faults: Faults
  readonly judge: Judge
  readonly ids: MessageIds
  readonly answer: (call: TlObject, session: Session) => Promise<TlValue>
  readonly send: (session: Session, body: Buffer, how: { kind: 'answer' | 'other'; isContent: boolean }) => boolean
}

interface Incoming {
  readonly salt: bigint
  readonly id: bigint
  readonly number: number
  readonly body: Buffer
}

const containerId = 0x73f1f8dc
const gzipId = 0x3072cfa1
const rpcResultId = 0xf35c6d01
const [tooOldSeconds, tooNewSeconds] = [300, 30]

/** Judges and deals with what clients send inside encrypted messages (core.telegram.org/mtproto/service_messages). */
export class IncomingMessages {
  readonly #parts: IncomingParts

  constructor(parts: IncomingParts) {
    this.#parts = parts
  }

  take(session: Session, message: Incoming): void {
    const problem = this.#problemWith(session, message)
    if (problem !== undefined) return this.#notify(session, message, problem)
    if (message.salt !== session.authKey.salt) return this.#notify(session, message, 48)
    if (session.seen.size === 0) {
      const unique = randomBytes(8).readBigInt64LE()
      const created = { first_msg_id: message.id, unique_id: unique, server_salt: session.authKey.salt }
      this.#send(session, { _: 'new_session_created', ...created }, 'other', true)
    }
    this.#open(session, message, true)
  }

  /** Codes of "Notice of ignored error message". */
  #problemWith(session: Session, { id }: Incoming): number | undefined {
    const seconds = Number(id >> 32n)
    const now = this.#parts.ids.nowSeconds()
    if ((id & 3n) !== 0n) return 18
    if (seconds < now - tooOldSeconds) return 16
    if (seconds > now + tooNewSeconds) return 17
    return session.seen.has(id) ? 19 : undefined
  }

  #notify(session: Session, { id, number }: Incoming, code: number): void {
    const about = { bad_msg_id: id, bad_msg_seqno: number, error_code: code }
    const isSalt = code === 48
    const notice = isSalt
      ? { _: 'bad_server_salt', ...about, new_server_salt: session.authKey.salt }
      : { _: 'bad_msg_notification', ...about }
    this.#send(session, notice, 'other', false)
  }

  #open(session: Session, message: Incoming, isOuter: boolean): void {
    const { id, body } = message
    if (session.seen.has(id)) return
    session.seen.add(id)
    const constructor = body.readUInt32LE(0)
    if (constructor === containerId) return this.#unpack(session, message, isOuter)
    if (constructor === gzipId) {
      const unzipped = gunzipSync(new TlReader(body.subarray(4)).bytes())
      return this.#handle(session, { ...message, body: unzipped })
    }
    this.#handle(session, message)
  }

  #unpack(session: Session, { id, salt, body }: Incoming, isOuter: boolean): void {
    if (!isOuter) throw new TlError('a container inside a container')
    const reader = new TlReader(body.subarray(4))
    for (let left = reader.int(); left > 0; left--) {
      const inner = { salt, id: reader.long(), number: reader.int(), body: reader.raw(reader.int()) }
      if (inner.id >= id) throw new TlError('a message in a container is not older than the container')
      this.#open(session, inner, false)
    }
  }

  #handle(session: Session, { id, number, body }: Incoming): void {
    const object = this.#parts.codec.decodeObject(body)
    switch (object._) {
      case 'msgs_ack':
        for (const acknowledged of object['msg_ids'] as readonly bigint[]) session.unacknowledged.delete(acknowledged)
        return
      case 'msgs_state_info':
      case 'http_wait':
        return
      case 'ping':
      case 'ping_delay_disconnect':
        return this.#send(session, { _: 'pong', msg_id: id, ping_id: longOf(object, 'ping_id') }, 'answer', false)
      case 'get_future_salts':
        return this.#send(session, this.#futureSalts(id), 'answer', false)
      case 'destroy_session':
        return this.#send(
          session,
          { _: 'destroy_session_none', session_id: longOf(object, 'session_id') },
          'answer',
          false,
        )
    }
    if ((number & 1) === 0) this.#parts.judge.against(`${object._} has the even number ${number}`)
    // A call may take its time; pings must be answered meanwhile.
    void this.#call(session, id, object)
  }

  #futureSalts(id: bigint): TlObject {
    return { _: 'future_salts', req_msg_id: id, now: this.#parts.ids.nowSeconds(), salts: [] }
  }

  async #call(session: Session, id: bigint, wrapped: TlObject): Promise<void> {
    const { faults } = this.#parts
    const { call, wantsUpdates } = unwrap(session, wrapped)
    const fault = faults.takeForCall(call._)
    if (fault?.kind === 'hold') await fault.until
    if (fault?.kind === 'drop-before') return session.connection?.close()
    if (wantsUpdates && !call._.startsWith('upload.')) session.wantsUpdates = true
    const answer = fault?.kind === 'error' ? errorOf(fault.error) : await this.#answer(session, call)
    if (fault?.kind === 'drop-after') return session.connection?.close()
    const writer = new TlWriter()
    writer.int(rpcResultId)
    writer.long(id)
    writer.raw(this.#parts.codec.encode(answer))
    this.#parts.send(session, writer.finish(), { kind: 'answer', isContent: true })
  }

  async #answer(session: Session, call: TlObject): Promise<TlValue> {
    try {
      if (session.authKey.layer === undefined) throw new RpcError(400, 'CONNECTION_NOT_INITED')
      if (session.authKey.revokedWith !== undefined) throw new RpcError(401, session.authKey.revokedWith)
      return this.#parts.faults.told(call._, await this.#parts.answer(call, session))
    } catch (error) {
      if (error instanceof RpcError) return errorOf(error)
      this.#parts.judge.against(`${call._}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      return errorOf(new RpcError(500, 'INTERNAL'))
    }
  }

  #send(session: Session, object: TlObject, kind: 'answer' | 'other', isContent: boolean): void {
    this.#parts.send(session, this.#parts.codec.encode(object), { kind, isContent })
  }
}

/** Peels off what says how a call is to be done. */
function unwrap(session: Session, wrapped: TlObject): { call: TlObject; wantsUpdates: boolean } {
  let wantsUpdates = true
  for (let call = wrapped; ; call = objectOf(call, 'query')) {
    switch (call._) {
      case 'invokeWithLayer':
        session.authKey.layer = intOf(call, 'layer')
        continue
      case 'invokeWithoutUpdates':
        wantsUpdates = false
        continue
      // Calls of one session are begun in the order they came in, so whatever is waited for has begun.
      case 'invokeAfterMsg':
      case 'invokeAfterMsgs':
      case 'initConnection':
        continue
      default:
        return { call, wantsUpdates }
    }
  }
}

function errorOf({ code, message }: RpcError): TlObject {
  return { _: 'rpc_error', error_code: code, error_message: message }
}
