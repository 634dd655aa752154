import { randomBytes } from 'node:crypto'
import { sha1, xor } from './crypto/hashes.ts'
import { igeDecrypt, igeEncrypt } from './crypto/ige.ts'
import { dhGenerator, dhPrime, modPow, toBytes, toNumber } from './crypto/numbers.ts'
import type { ServerKey } from './crypto/server-key.ts'
import type { TlCodec } from './tl/codec.ts'
import { bytesOf, longOf, TlError, type TlObject } from './tl/tl-value.ts'

export interface KeyExchangeParts {
  readonly codec: TlCodec
  readonly serverKey: ServerKey
  readonly nowSeconds: () => number
  readonly onKey: (key: Buffer, salt: bigint) => void
}

/** Two primes of 31 bits: to factor their product takes a client a few milliseconds. */
const [p, q] = [1229739323n, 1402015859n]
const prime = toNumber(dhPrime)

/**
 * The making of an authorization key on one connection (core.telegram.org/mtproto/auth_key). A client may begin anew at any
 * time, and one that hashes a key without its leading zeros does, once in 256 times.
 */
export class KeyExchange {
  readonly #parts: KeyExchangeParts
  #nonce = Buffer.alloc(0)
  #serverNonce = Buffer.alloc(0)
  #newNonce = Buffer.alloc(0)
  #secret = 0n

  constructor(parts: KeyExchangeParts) {
    this.#parts = parts
  }

  /** The answer to one unencrypted request. @throws TlError, RangeError for what no honest client sends */
  answer(request: TlObject): TlObject {
    if (request._ === 'req_pq_multi' || request._ === 'req_pq') return this.#begin(request)
    this.#checkNonces(request)
    if (request._ === 'req_DH_params') return this.#parameters(request)
    if (request._ === 'set_client_DH_params') return this.#finish(request)
    throw new TlError(`${request._} has no place in a key exchange`)
  }

  #begin(request: TlObject): TlObject {
    this.#nonce = Buffer.from(bytesOf(request, 'nonce'))
    this.#serverNonce = randomBytes(16)
    return {
      _: 'resPQ',
      ...this.#nonces(),
      pq: toBytes(p * q),
      server_public_key_fingerprints: [BigInt(this.#parts.serverKey.fingerprint)],
    }
  }

  #parameters(request: TlObject): TlObject {
    const { codec, serverKey, nowSeconds } = this.#parts
    const factors = [toNumber(bytesOf(request, 'p')), toNumber(bytesOf(request, 'q'))]
    if (factors[0] !== p || factors[1] !== q) throw new TlError('pq was not factored')
    if (longOf(request, 'public_key_fingerprint') !== BigInt(serverKey.fingerprint))
      throw new TlError('an unknown key was used')
    const { data, hash } = serverKey.open(bytesOf(request, 'encrypted_data'))
    const { value, used } = codec.decode(data)
    if (hash !== undefined && !hash.equals(sha1(data.subarray(0, used))))
      throw new TlError('the inner data has no right hash')
    const inner = value as TlObject
    if (!inner._.startsWith('p_q_inner_data')) throw new TlError(`${inner._} is not the inner data`)
    this.#checkNonces(inner)
    this.#newNonce = Buffer.from(bytesOf(inner, 'new_nonce'))
    this.#secret = toNumber(randomBytes(256))
    const answer = codec.encode({
      _: 'server_DH_inner_data',
      ...this.#nonces(),
      g: dhGenerator,
      dh_prime: dhPrime,
      g_a: toBytes(modPow(BigInt(dhGenerator), this.#secret, prime), 256),
      server_time: nowSeconds(),
    })
    const hashed = Buffer.concat([sha1(answer), answer])
    const padding = randomBytes((16 - (hashed.length % 16)) % 16)
    const { key, iv } = this.#temporaryKey()
    const encrypted = igeEncrypt(key, iv, Buffer.concat([hashed, padding]))
    return { _: 'server_DH_params_ok', ...this.#nonces(), encrypted_answer: encrypted }
  }

  #finish(request: TlObject): TlObject {
    const { codec, onKey } = this.#parts
    const { key, iv } = this.#temporaryKey()
    const plain = igeDecrypt(key, iv, bytesOf(request, 'encrypted_data'))
    const { value, used } = codec.decode(plain.subarray(20))
    if (!sha1(plain.subarray(20, 20 + used)).equals(plain.subarray(0, 20)))
      throw new TlError('the hash of the client’s half differs')
    const half = toNumber(bytesOf(value as TlObject, 'g_b'))
    if (half <= 1n || half >= prime - 1n) throw new TlError('the client’s half is out of range')
    const authKey = toBytes(modPow(half, this.#secret, prime), 256)
    const salt = xor(this.#newNonce.subarray(0, 8), this.#serverNonce.subarray(0, 8)).readBigInt64LE(0)
    onKey(authKey, salt)
    const auxiliary = sha1(authKey).subarray(0, 8)
    const hash = sha1(this.#newNonce, Buffer.from([1]), auxiliary).subarray(4, 20)
    return { _: 'dh_gen_ok', ...this.#nonces(), new_nonce_hash1: hash }
  }

  #nonces(): { nonce: Buffer; server_nonce: Buffer } {
    return { nonce: this.#nonce, server_nonce: this.#serverNonce }
  }

  #checkNonces(object: TlObject): void {
    const isOurs =
      bytesOf(object, 'nonce').equals(this.#nonce) && bytesOf(object, 'server_nonce').equals(this.#serverNonce)
    if (!isOurs) throw new TlError(`${object._} has the nonces of another exchange`)
  }

  #temporaryKey(): { key: Buffer; iv: Buffer } {
    const [a, b, c] = [
      sha1(this.#newNonce, this.#serverNonce),
      sha1(this.#serverNonce, this.#newNonce),
      sha1(this.#newNonce, this.#newNonce),
    ]
    return {
      key: Buffer.concat([a, b.subarray(0, 12)]),
      iv: Buffer.concat([b.subarray(12, 20), c, this.#newNonce.subarray(0, 4)]),
    }
  }
}
