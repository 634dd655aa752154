import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { agree, newKeyPair, type KeyPair } from '../signal/keys.ts'
import { prologue } from './frame-reader.ts'

export interface ServerIdentity {
  readonly key: KeyPair
  readonly certificates: Buffer
}

/** 32 bytes, so it is the first hash and chaining key as it stands (noiseprotocol.org/noise.html, 5.2). */
const protocolName = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0')
const empty = Buffer.alloc(0)
const tagBytes = 16

/** AES-256-GCM whose nonce counts up; the tag comes last. */
class Cipher {
  readonly #key: Buffer
  #counter = 0

  constructor(key: Buffer) {
    this.#key = key
  }

  seal(plain: Buffer, associated: Buffer): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nextNonce()).setAAD(associated)
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  open(sealed: Buffer, associated: Buffer): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nextNonce()).setAAD(associated)
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
  }

  #nextNonce(): Buffer {
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32BE(this.#counter++, 8)
    return nonce
  }
}

/** What follows the handshake: one key and one counter for each direction. */
export class NoiseTransport {
  readonly #incoming: Cipher
  readonly #outgoing: Cipher

  constructor(incoming: Buffer, outgoing: Buffer) {
    this.#incoming = new Cipher(incoming)
    this.#outgoing = new Cipher(outgoing)
  }

  open(frame: Buffer): Buffer {
    return this.#incoming.open(frame, empty)
  }

  seal(plain: Buffer): Buffer {
    return this.#outgoing.seal(plain, empty)
  }
}

/** The server's half of the handshake: `e` in; `e, ee, s, es` with the certificates out; `s, se` with the client's payload in. */
export class NoiseResponder {
  readonly #identity: ServerIdentity
  readonly #ephemeral = newKeyPair()
  #hash: Buffer = protocolName
  #chainingKey: Buffer = protocolName
  #cipher = new Cipher(protocolName)

  constructor(identity: ServerIdentity) {
    this.#identity = identity
    this.#mixHash(prologue)
  }

  /** @returns the answer to the client's hello */
  answerHello(frame: Uint8Array): Buffer {
    const theirs = proto.HandshakeMessage.decode(frame).clientHello?.ephemeral
    if (theirs?.length !== 32) throw new Error('a hello without an ephemeral key')
    this.#mixHash(theirs)
    this.#mixHash(this.#ephemeral.publicKey)
    this.#mixKey(agree(this.#ephemeral.privateKey, theirs))
    const key = this.#seal(this.#identity.key.publicKey)
    this.#mixKey(agree(this.#identity.key.privateKey, theirs))
    const payload = this.#seal(this.#identity.certificates)
    const serverHello = { ephemeral: this.#ephemeral.publicKey, static: key, payload }
    return Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish())
  }

  /** @throws Error where a tag is wrong */
  finish(frame: Uint8Array): { clientKey: Buffer; payload: proto.ClientPayload; transport: NoiseTransport } {
    const { clientFinish } = proto.HandshakeMessage.decode(frame)
    const clientKey = this.#open(Buffer.from(clientFinish?.static ?? empty))
    this.#mixKey(agree(this.#ephemeral.privateKey, clientKey))
    const payload = proto.ClientPayload.decode(this.#open(Buffer.from(clientFinish?.payload ?? empty)))
    const [incoming, outgoing] = this.#derive(empty)
    return { clientKey, payload, transport: new NoiseTransport(incoming, outgoing) }
  }

  #mixHash(bytes: Uint8Array): void {
    this.#hash = createHash('sha256').update(this.#hash).update(bytes).digest()
  }

  #mixKey(secret: Buffer): void {
    const [chainingKey, key] = this.#derive(secret)
    this.#chainingKey = chainingKey
    this.#cipher = new Cipher(key)
  }

  #derive(secret: Buffer): [Buffer, Buffer] {
    const both = Buffer.from(hkdfSync('sha256', secret, this.#chainingKey, empty, 64))
    return [both.subarray(0, 32), both.subarray(32)]
  }

  #seal(plain: Buffer): Buffer {
    const sealed = this.#cipher.seal(plain, this.#hash)
    this.#mixHash(sealed)
    return sealed
  }

  #open(sealed: Buffer): Buffer {
    const plain = this.#cipher.open(sealed, this.#hash)
    this.#mixHash(sealed)
    return plain
  }
}
