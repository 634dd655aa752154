const channelsPerLine = 8
const channelBytesPerLine = 380

/** Names of channels, several in a line, as many as the server takes in one. */
export function joinLines(names: readonly string[], targets: number): string[] {
  const perLine = Math.min(channelsPerLine, targets)
  const lines: string[][] = []
  for (const name of names) {
    const last = lines.at(-1)
    const isFull = last === undefined || last.length >= perLine || last.join(',').length > channelBytesPerLine
    if (isFull) lines.push([name])
    else last.push(name)
  }
  return lines.map((line) => line.join(','))
}
