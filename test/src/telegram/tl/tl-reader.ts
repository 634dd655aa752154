import { TlError } from './tl-value.ts'

/** Reads what `TlWriter` writes. @throws TlError where the bytes end too soon or make no sense */
export class TlReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get position(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  int(): number {
    return this.#bytes.readInt32LE(this.#take(4))
  }

  uint(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  long(): bigint {
    return this.#bytes.readBigInt64LE(this.#take(8))
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
  }

  raw(length: number): Buffer {
    const from = this.#take(length)
    return Buffer.from(this.#bytes.subarray(from, from + length))
  }

  bytes(): Buffer {
    const first = this.#bytes.readUInt8(this.#take(1))
    if (first === 255) throw new TlError('a string has a length that does not exist')
    const length = first < 254 ? first : this.#bytes.readUIntLE(this.#take(3), 3)
    const value = this.raw(length)
    const read = (first < 254 ? 1 : 4) + length
    this.#take((4 - (read % 4)) % 4)
    return value
  }

  #take(length: number): number {
    const from = this.#at
    if (from + length > this.#bytes.length)
      throw new TlError(`the bytes end ${from + length - this.#bytes.length} too soon`)
    this.#at += length
    return from
  }
}
