import { constants, generateKeyPairSync, privateDecrypt, type KeyObject } from 'node:crypto'
import { TlWriter } from '../tl/tl-writer.ts'
import { sha1, sha256, xor } from './hashes.ts'
import { igeDecrypt } from './ige.ts'

/** What a client must know to trust the server. */
export interface PublicServerKey {
  /** Modulus, decimal. */
  readonly n: string
  readonly e: number
  /** Decimal, signed 64-bit. */
  readonly fingerprint: string
}

export interface ServerKey extends PublicServerKey {
  open(encrypted: Buffer): Opened
}

/** What a client has encrypted, with the random bytes behind it. */
interface Opened {
  readonly data: Buffer
  /** Of the data alone, where the older padding was used: to be compared when it is known where the data ends. */
  readonly hash?: Buffer
}

export function makeServerKey(): ServerKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 })
  const jwk = publicKey.export({ format: 'jwk' })
  const n = Buffer.from(jwk.n ?? '', 'base64url')
  const e = Buffer.from(jwk.e ?? '', 'base64url')
  const writer = new TlWriter()
  writer.bytes(n)
  writer.bytes(e)
  return {
    n: BigInt(`0x${n.toString('hex')}`).toString(),
    e: Number(BigInt(`0x${e.toString('hex')}`)),
    fingerprint: sha1(writer.finish()).readBigInt64LE(12).toString(),
    open: (encrypted) => open(privateKey, encrypted),
  }
}

/**
 * Undoes RSA_PAD (core.telegram.org/mtproto/auth_key, step 4.1) or the padding of before 2021, which clients still use and
 * servers take: `SHA1(data) + data + random bytes`, 255 bytes in all.
 */
function open(key: KeyObject, encrypted: Buffer): Opened {
  const plain = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted)
  const wrapped = plain.subarray(32)
  const temporaryKey = xor(plain.subarray(0, 32), sha256(wrapped))
  const reversedWithHash = igeDecrypt(temporaryKey, Buffer.alloc(32), wrapped)
  const data = Buffer.from(reversedWithHash.subarray(0, 192)).reverse()
  if (sha256(temporaryKey, data).equals(reversedWithHash.subarray(192))) return { data }
  return { hash: Buffer.from(plain.subarray(1, 21)), data: Buffer.from(plain.subarray(21)) }
}
