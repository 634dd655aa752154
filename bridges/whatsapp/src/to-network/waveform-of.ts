/** Levels as WhatsApp takes them: so many, each up to a hundred. */
export function waveformOf(levels: readonly number[]): Uint8Array {
  const wanted = 64
  return Uint8Array.from({ length: wanted }, (_, index) => {
    const level = levels[Math.floor((index * levels.length) / wanted)] ?? 0
    return Math.min(100, Math.max(0, Math.round((level * 100) / 1024)))
  })
}
