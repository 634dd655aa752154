/** Levels as Telegram takes them: of five bits each, one after another. */
export function packWaveform(levels: readonly number[]): Buffer {
  const packed = Buffer.alloc(Math.ceil((levels.length * 5) / 8) + 1)
  for (const [index, level] of levels.entries()) {
    const bit = index * 5
    const value = Math.min(31, Math.round((level * 31) / 1024)) << (bit & 7)
    packed[bit >> 3] = (packed[bit >> 3] ?? 0) | (value & 255)
    packed[(bit >> 3) + 1] = (packed[(bit >> 3) + 1] ?? 0) | (value >> 8)
  }
  return packed.subarray(0, Math.ceil((levels.length * 5) / 8))
}
