import { sha256 } from './hashes.ts'

/** 0 towards the server, 8 towards the client: the two directions use different parts of the key. */
export type Direction = 0 | 8

/** The middle of the hash of key part and padded plaintext (core.telegram.org/mtproto/description, MTProto 2.0). */
export function messageKey(authKey: Buffer, plaintext: Buffer, direction: Direction): Buffer {
  return sha256(authKey.subarray(88 + direction, 120 + direction), plaintext).subarray(8, 24)
}

export function aesKey(authKey: Buffer, msgKey: Buffer, direction: Direction): { key: Buffer; iv: Buffer } {
  const a = sha256(msgKey, authKey.subarray(direction, direction + 36))
  const b = sha256(authKey.subarray(40 + direction, 76 + direction), msgKey)
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
    iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24, 32)]),
  }
}
