import type { EventId, JsonObject, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import { renderReply } from './reply.ts'

/** What a login in progress shows in the management room. */
export class LoginScreen {
  readonly #context: BridgeContext
  readonly #pictures = new Map<RoomId, EventId>()

  constructor(context: BridgeContext) {
    this.#context = context
  }

  async say(roomId: RoomId, text: string): Promise<void> {
    const words = this.#context.hints.withLead(await this.#context.hints.leadIn(roomId), text)
    await this.#send(roomId, renderReply(words), text)
  }

  /** A QR code as a picture with its text beneath; the next one takes the place of the last. True for the first. */
  async showQr(roomId: RoomId, text: string): Promise<boolean> {
    const { api } = this.#context
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
    await this.#context.api.redact(roomId, { eventId: picture, txnId: txnIdOf('login-done', picture) })
  }

  async #send(roomId: RoomId, content: JsonObject, what: string): Promise<EventId> {
    const { api, clock } = this.#context
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
