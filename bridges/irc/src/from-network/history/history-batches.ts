import type { IrcLine } from '../../protocol/line.ts'

/** BATCH types whose lines are a history: of IRCv3's draft (also what servers play on JOIN, and soju on its own), of ZNC. */
const historyTypes = new Set(['chathistory', 'draft/chathistory', 'znc.in/playback'])
const targetsType = 'draft/chathistory-targets'
/** Who plays the history where a person's program cannot take batches: ZNC. */
const bouncerNick = '***'
const bouncerHost = 'znc.in'

/** Tells lines of a history from what is said now, by the batches and words that they stand between. */
export class HistoryBatches {
  readonly #targets = new Map<string, string>()
  /** Chats, as the bouncer names them, whose history is being played without a batch. */
  readonly #playing = new Set<string>()

  /** True when the line only says where a history begins or ends. */
  takeMark(line: IrcLine): boolean {
    if (line.command === 'BATCH') {
      const [reference = '', type = '', target = ''] = line.params
      if (reference.startsWith('+') && (historyTypes.has(type) || type === targetsType))
        this.#targets.set(reference.slice(1), target)
      if (reference.startsWith('-')) this.#targets.delete(reference.slice(1))
      return true
    }
    if (line.nick !== bouncerNick || line.host !== bouncerHost) return false
    const [target = '', text = ''] = line.params
    if (text.startsWith('Buffer Playback')) this.#playing.add(target)
    if (text.startsWith('Playback Complete')) this.#playing.delete(target)
    return true
  }

  /** The chat whose history the line belongs to; undefined for a line that is said now. */
  targetOf(line: IrcLine): string | undefined {
    const ofBatch = this.#targets.get(line.tags['batch'] ?? '')
    if (ofBatch !== undefined) return ofBatch
    const [target = ''] = line.params
    return this.#playing.has(target) ? target : undefined
  }

  clear(): void {
    this.#targets.clear()
    this.#playing.clear()
  }
}
