/** Little-endian primitives of TL serialization (core.telegram.org/mtproto/serialize). */
export class TlWriter {
  #bytes = Buffer.allocUnsafe(512)
  #length = 0

  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  int(value: number): void {
    this.#length = this.#room(4).writeInt32LE(value | 0, this.#length)
  }

  long(value: bigint): void {
    this.#length = this.#room(8).writeBigInt64LE(BigInt.asIntN(64, value), this.#length)
  }

  double(value: number): void {
    this.#length = this.#room(8).writeDoubleLE(value, this.#length)
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Length in one byte, or 254 and three; then the bytes, then zeros up to a multiple of four. */
  bytes(value: Uint8Array): void {
    const header = value.length < 254 ? 1 : 4
    const total = header + value.length
    const padded = total + ((4 - (total % 4)) % 4)
    const room = this.#room(padded)
    if (header === 1) room.writeUInt8(value.length, this.#length)
    else room.writeUInt32LE(((value.length << 8) | 254) >>> 0, this.#length)
    room.set(value, this.#length + header)
    room.fill(0, this.#length + total, this.#length + padded)
    this.#length += padded
  }

  #room(more: number): Buffer {
    if (this.#length + more > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    return this.#bytes
  }
}
