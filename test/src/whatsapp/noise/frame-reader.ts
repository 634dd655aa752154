/** What a client says before its first frame: `WA`, protocol 6, token dictionary 3. */
export const prologue = Buffer.from([0x57, 0x41, 6, 3])
/** `ED`, version 0.1, three bytes of length, routing bytes: where the client was served last. */
const routingMark = Buffer.from([0x45, 0x44, 0, 1])

/** Cuts what comes in into frames; how it was chunked means nothing. */
export class FrameReader {
  #rest = Buffer.alloc(0)
  #isOpened = false

  /** @throws Error where it is no WhatsApp connection */
  take(chunk: Uint8Array): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const frames: Buffer[] = []
    if (!this.#isOpened && !this.#open()) return frames
    while (this.#rest.length >= 3) {
      const end = 3 + this.#rest.readUIntBE(0, 3)
      if (this.#rest.length < end) break
      frames.push(this.#rest.subarray(3, end))
      this.#rest = this.#rest.subarray(end)
    }
    return frames
  }

  #open(): boolean {
    const isRouted = this.#rest.subarray(0, 2).equals(routingMark.subarray(0, 2))
    if (isRouted && this.#rest.length < 7) return false
    if (isRouted && !this.#rest.subarray(0, 4).equals(routingMark)) throw new Error('an unknown routing preamble')
    const start = isRouted ? 7 + this.#rest.readUIntBE(4, 3) : 0
    if (this.#rest.length < start + prologue.length) return false
    const opening = this.#rest.subarray(start, start + prologue.length)
    if (!opening.equals(prologue)) throw new Error(`a prologue ${opening.toString('hex')}`)
    this.#rest = this.#rest.subarray(start + prologue.length)
    this.#isOpened = true
    return true
  }
}

export function frameOf(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(3)
  length.writeUIntBE(payload.length, 0, 3)
  return Buffer.concat([length, payload])
}
