import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { bytesAt, bytesField, readFields } from './protobuf-fields.ts'

/** Field numbers of the handshake's messages. */
const field = { hello: 2, answer: 3, finish: 4, ephemeral: 1, key: 2, payload: 3 }
const finishField = { key: 1, payload: 2 }
/** The name with four NULs is 32 bytes, so that it is not hashed. */
const protocolName = Buffer.from('Noise_XX_25519_AESGCM_SHA256'.padEnd(32, '\0'))
const opening = Buffer.from('57410603', 'hex')
const publicKeyPrefix = Buffer.from('302a300506032b656e032100', 'hex')

/** What the server has shown of itself. */
export interface Shown {
  readonly serverKey: Buffer
  readonly certificates: Buffer
}

/**
 * The client's half of Noise XX, written from noiseprotocol.org/noise.html with Node's own functions only: nothing in it is shared
 * with the server or with the real client.
 */
export class NoiseInitiator {
  readonly #ephemeral = generateKeyPairSync('x25519')
  readonly #own = generateKeyPairSync('x25519')
  #serverEphemeral: KeyObject | undefined
  #hash: Buffer = protocolName
  #chainingKey: Buffer = protocolName
  #key: Buffer = protocolName
  #nonce = 0

  constructor(prologue: Buffer = opening) {
    this.#mixHash(prologue)
  }

  get publicKey(): Buffer {
    return rawOf(this.#own.publicKey)
  }

  hello(): Buffer {
    const ephemeral = rawOf(this.#ephemeral.publicKey)
    this.#mixHash(ephemeral)
    return bytesField(field.hello, bytesField(field.ephemeral, ephemeral))
  }

  /** @throws Error where a tag is wrong */
  takeAnswer(message: Buffer): Shown {
    const answer = readFields(bytesAt(readFields(message), field.answer))
    const ephemeral = bytesAt(answer, field.ephemeral)
    this.#mixHash(ephemeral)
    this.#serverEphemeral = keyOf(ephemeral)
    this.#mixKey(this.#ephemeral.privateKey, this.#serverEphemeral)
    const serverKey = this.#open(bytesAt(answer, field.key))
    this.#mixKey(this.#ephemeral.privateKey, keyOf(serverKey))
    return { serverKey, certificates: this.#open(bytesAt(answer, field.payload)) }
  }

  finish(payload: Buffer): Buffer {
    if (this.#serverEphemeral === undefined) throw new Error('the server has not answered')
    const key = this.#seal(this.publicKey)
    this.#mixKey(this.#own.privateKey, this.#serverEphemeral)
    const parts = [bytesField(finishField.key, key), bytesField(finishField.payload, this.#seal(payload))]
    return bytesField(field.finish, Buffer.concat(parts))
  }

  /** The keys after the handshake: what the client sends is under the first, what it gets under the second. */
  transportKeys(): [outgoing: Buffer, incoming: Buffer] {
    return derive(this.#chainingKey, Buffer.alloc(0))
  }

  #mixHash(bytes: Buffer): void {
    this.#hash = createHash('sha256')
      .update(Buffer.concat([this.#hash, bytes]))
      .digest()
  }

  #mixKey(privateKey: KeyObject, publicKey: KeyObject): void {
    const [chainingKey, key] = derive(this.#chainingKey, diffieHellman({ privateKey, publicKey }))
    this.#chainingKey = chainingKey
    this.#key = key
    this.#nonce = 0
  }

  #seal(plain: Buffer): Buffer {
    const sealed = seal(this.#key, this.#nonce++, { text: plain, associated: this.#hash })
    this.#mixHash(sealed)
    return sealed
  }

  #open(sealed: Buffer): Buffer {
    const plain = open(this.#key, this.#nonce++, { text: sealed, associated: this.#hash })
    this.#mixHash(sealed)
    return plain
  }
}

interface Sealable {
  readonly text: Buffer
  readonly associated?: Buffer
}

export function seal(key: Buffer, counter: number, { text, associated = Buffer.alloc(0) }: Sealable): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(counter))
  cipher.setAAD(associated)
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error where the tag is wrong */
export function open(key: Buffer, counter: number, { text, associated = Buffer.alloc(0) }: Sealable): Buffer {
  const end = text.length - 16
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(counter))
  decipher.setAAD(associated).setAuthTag(text.subarray(end))
  return Buffer.concat([decipher.update(text.subarray(0, end)), decipher.final()])
}

/** HKDF with two outputs, as Noise writes it down: HMACs, each over the one before and its number. */
function derive(chainingKey: Buffer, input: Buffer): [Buffer, Buffer] {
  const hmac = (key: Buffer, ...parts: Buffer[]): Buffer =>
    createHmac('sha256', key).update(Buffer.concat(parts)).digest()
  const secret = hmac(chainingKey, input)
  const first = hmac(secret, Buffer.from([1]))
  return [first, hmac(secret, first, Buffer.from([2]))]
}

function nonceOf(counter: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(counter), 4)
  return nonce
}

function rawOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

function keyOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicKeyPrefix, raw]), format: 'der', type: 'spki' })
}
