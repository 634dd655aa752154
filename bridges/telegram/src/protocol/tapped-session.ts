import { AuthKey } from 'telegram/crypto/AuthKey.js'
import { StringSession } from 'telegram/sessions/index.js'
import { withoutNulls } from './without-nulls.ts'

/** The login itself: whoever has it is the account. */
export interface SessionData {
  readonly dcId: number
  readonly serverAddress: string
  /** Base64; absent before the key exchange. */
  readonly authKey?: string
}

export interface Tap {
  /** The data changed: another data centre, another key. */
  readonly onData: (data: SessionData) => void
  /** Every update and every answer, whole and in the order of the wire. */
  readonly onObject: (object: unknown) => void
}

/**
 * A session that keeps nothing by itself. The client hands it, synchronously, every object it receives, to have its entities
 * remembered: that makes it the one place where updates pass in order, with their pts, those in answers to own calls included.
 */
export class TappedSession extends StringSession {
  readonly #tap: Tap
  readonly #loaded: SessionData

  constructor(data: SessionData, tap: Tap) {
    super('')
    this.#tap = tap
    this.#loaded = data
    // The port of a session is not used, and one above 32767 would not survive its encoding.
    super.setDC(data.dcId, data.serverAddress, 443)
  }

  override async load(): Promise<void> {
    if (this.#loaded.authKey === undefined) return
    const key = new AuthKey()
    await key.setKey(Buffer.from(this.#loaded.authKey, 'base64'))
    this.setAuthKey(key)
  }

  override save(): string {
    const key = this.authKey?.getKey()
    const { dcId, serverAddress } = this
    this.#tap.onData({ dcId, serverAddress, ...(key !== undefined && { authKey: key.toString('base64') }) })
    return ''
  }

  override processEntities(object: unknown): void {
    withoutNulls(object)
    this.#tap.onObject(object)
  }
}
