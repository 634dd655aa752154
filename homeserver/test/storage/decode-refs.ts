/** What `encodeRefs` wrote. The server itself reads it only to pass events on, which it does not do yet: stored rows must stay readable. */
export function decodeRefs(bytes: Uint8Array): { prev: number[]; auth: number[] } {
  const numbers: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    scale *= 0x80
    if (byte & 0x80) continue
    numbers.push(value)
    value = 0
    scale = 1
  }
  const count = numbers[0] ?? 0
  return { prev: numbers.slice(1, 1 + count), auth: numbers.slice(1 + count) }
}
