/** A line of ours as somebody other than its sender saw it: another connection, or the server's history. */
export interface OwnLine {
  readonly command: string
  readonly text: string
  /** The server's id for it; undefined where it gives none. */
  readonly id: string | undefined
  readonly timeMs: number
}

/** What a history that the server played back reaches. */
export interface PlayedHistory {
  readonly joinedAtMs: number
  readonly lineCount: number
  /** Time of the oldest line, by anybody; undefined when there was none. */
  readonly oldestMs: number | undefined
}

const keptPerChannel = 500
const keptIds = 10_000

/** Evidence of what became of our lines, by folded channel. */
export class OwnLines {
  readonly #lines = new Map<string, OwnLine[]>()
  /** Ids that are known to be some action's. */
  readonly #claimed = new Set<string>()

  add(channel: string, line: OwnLine): void {
    const lines = this.#lines.get(channel) ?? []
    if (line.id !== undefined && lines.some(({ id }) => id === line.id)) return
    lines.push(line)
    if (lines.length > keptPerChannel) lines.shift()
    this.#lines.set(channel, lines)
  }

  /** A new history is about to be added: lines without ids in the old one would count twice. */
  forgetUnnumbered(channel: string): void {
    const lines = this.#lines.get(channel)
    if (lines)
      this.#lines.set(
        channel,
        lines.filter(({ id }) => id !== undefined),
      )
  }

  claim(remoteId: string): void {
    this.#claimed.add(remoteId.replace(/^id:/, ''))
    if (this.#claimed.size > keptIds) this.#claimed.delete(this.#claimed.values().next().value ?? '')
  }

  isIn(channel: string, id: string): boolean {
    return this.#lines.get(channel)?.some((line) => line.id === id) ?? false
  }

  /**
   * The oldest line with that text which no other action can have caused: behind `after` where that is there, else not
   * older than `sinceMs`.
   */
  find(
    channel: string,
    wanted: { command: string; text: string; after?: string; sinceMs: number },
  ): OwnLine | undefined {
    const lines = this.#lines.get(channel) ?? []
    const afterIndex = wanted.after === undefined ? -1 : lines.findIndex(({ id }) => id === wanted.after)
    const isYoungEnough = (line: OwnLine, index: number): boolean =>
      afterIndex === -1 ? line.timeMs >= wanted.sinceMs : index > afterIndex
    return lines.find(
      (line, index) =>
        line.command === wanted.command &&
        line.text === wanted.text &&
        isYoungEnough(line, index) &&
        (line.id === undefined || !this.#claimed.has(line.id)),
    )
  }
}
