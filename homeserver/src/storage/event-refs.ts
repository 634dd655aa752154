/** prev_events and auth_events as the numbers of their events, in base-128. */
export function encodeRefs(prev: readonly number[], auth: readonly number[]): Uint8Array {
  const bytes: number[] = []
  for (const number of [prev.length, ...prev, ...auth]) {
    let rest = number
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}
