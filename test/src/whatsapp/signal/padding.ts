import { randomInt } from 'node:crypto'

/** Every message ends with 1 to 16 bytes that each say how many they are. */
export function pad(plain: Uint8Array): Buffer {
  const count = randomInt(1, 17)
  return Buffer.concat([plain, Buffer.alloc(count, count)])
}

/** @throws Error where the padding is not as it must be */
export function unpad(padded: Uint8Array): Buffer {
  const count = padded.at(-1) ?? 0
  const padding = padded.subarray(-count)
  if (count < 1 || count > 16 || padding.length !== count || padding.some((byte) => byte !== count))
    throw new Error('a message with wrong padding')
  return Buffer.from(padded.subarray(0, -count))
}
