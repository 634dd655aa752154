import type { IrcLine } from '../protocol/line.ts'

const kept = 40

/**
 * The last numbered messages of channels that another connection observes. When that one is lost, what it may not have
 * handed on is found here; ids keep what it did from appearing twice.
 */
export class Recent {
  readonly #lines = new Map<string, IrcLine[]>()

  add(channel: string, line: IrcLine): void {
    if (line.tags['msgid'] === undefined) return
    const lines = this.#lines.get(channel) ?? []
    lines.push(line)
    if (lines.length > kept) lines.shift()
    this.#lines.set(channel, lines)
  }

  take(channel: string): readonly IrcLine[] {
    const lines = this.#lines.get(channel) ?? []
    this.#lines.delete(channel)
    return lines
  }

  clear(): void {
    this.#lines.clear()
  }
}
