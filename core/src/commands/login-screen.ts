import type { EventId, JsonObject, RoomId, Clock } from '@pons/matrix'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { TypedHints } from '../matrix-side/typed-hints.ts'
import { renderReply } from './reply.ts'

export interface LoginScreenParts {
  readonly api: MatrixApi
  readonly hints: TypedHints
  readonly clock: Clock
}

/** What a login in progress shows in the management room. */
export class LoginScreen {
  readonly #parts: LoginScreenParts
  readonly #pictures = new Map<RoomId, EventId>()

  constructor(parts: LoginScreenParts) {
    this.#parts = parts
  }

  async say(roomId: RoomId, text: string): Promise<void> {
    const { hints } = this.#parts
    const words = hints.withLead(await hints.leadIn(roomId), text)
    await this.#send(roomId, renderReply(words), text)
  }

  /** A QR code as a picture with its text beneath; the next one takes the place of the last. True for the first. */
  async showQr(roomId: RoomId, text: string): Promise<boolean> {
    const { api } = this.#parts
    const png = await qrPicture(text)
    const url = await api.upload(png.bytes, 'image/png', 'login-code.png')
    const info = { mimetype: 'image/png', size: png.bytes.length, w: png.pixels, h: png.pixels }
    const content = { msgtype: 'm.image', filename: 'login-code.png', body: text, url, info }
    const before = this.#pictures.get(roomId)
    if (before === undefined) {
      this.#pictures.set(roomId, await this.#send(roomId, content, text))
      return true
    }
    const relation = { rel_type: 'm.replace', event_id: before }
    await this.#send(roomId, { ...content, 'm.new_content': content, 'm.relates_to': relation }, text)
    return false
  }

  /** A code that was used, or is no longer good, is taken away. */
  async clear(roomId: RoomId): Promise<void> {
    const picture = this.#pictures.get(roomId)
    if (picture === undefined) return
    this.#pictures.delete(roomId)
    await this.#parts.api.redact(roomId, { eventId: picture, txnId: txnIdOf('login-done', picture) })
  }

  async #send(roomId: RoomId, content: JsonObject, what: string): Promise<EventId> {
    const { api, clock } = this.#parts
    const txnId = txnIdOf('login-step', roomId, clock.now(), what)
    return await api.send(roomId, { type: 'm.room.message', txnId, content })
  }
}

const modulePixels = 8
const quietModules = 4

async function qrPicture(text: string): Promise<{ bytes: Uint8Array; pixels: number }> {
  // Loaded when somebody logs in, which is rare.
  const [{ generate, correction }, { toPngBuffer }] = await Promise.all([
    import('lean-qr'),
    import('lean-qr/extras/node_export'),
  ])
  const code = generate(text, { minCorrectionLevel: correction.L })
  const bytes = toPngBuffer(code, { scale: modulePixels, pad: quietModules })
  return { bytes, pixels: (code.size + 2 * quietModules) * modulePixels }
}
