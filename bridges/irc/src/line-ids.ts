import { createHash } from 'node:crypto'
import type { BridgeHost, ChatKey, RemoteMessageId } from '@pons/core'
import { datedMessageId, numberedMessageId } from './ids.ts'
import { serverTimeMs, type IrcLine } from './protocol/line.ts'

/** The id under which a line is stored, as far as it is known when the line is read. */
export interface LineId {
  readonly id: RemoteMessageId
  /** Where something else turns out to be stored under `id`: servers that were restarted number anew. */
  readonly otherwise?: RemoteMessageId
}

const keptIds = 10_000
const keptCounts = 5000

/**
 * Ids of what was said on a network, the same for a line that comes live and for its repetition in a history. A server's own
 * id is one, as long as it stands for the same words; where there is none it is when the line was said and what it says, and
 * the how many-eth such line of that time it is. Times are as precise as those of old lines are.
 */
export class LineIds {
  readonly #host: Pick<BridgeHost, 'isKnown'>
  /** By chat and the server's id: the ids under which what it stands for is stored, by content. */
  readonly #numbered = new Map<string, Map<string, RemoteMessageId>>()
  /** How many lines of one time and content are known, by chat. */
  readonly #counts = new Map<string, number>()

  constructor(host: Pick<BridgeHost, 'isKnown'>) {
    this.#host = host
  }

  /** The id of a line that has just been said; undefined where only the connection that read it can give it one. */
  live(chat: ChatKey, line: IrcLine, precisionMs: number): LineId | undefined {
    const name = nameOf(chat)
    const content = contentOf(line)
    const { msgid } = line.tags
    if (msgid !== undefined) return this.#numberedId(name, msgid, content)
    const timeMs = serverTimeMs(line)
    if (timeMs === undefined) return undefined
    const time = timeIn(timeMs, precisionMs)
    const key = `${name} ${time} ${content}`
    const count = (this.#counts.get(key) ?? 0) + 1
    put(this.#counts, key, count, keptCounts)
    return { id: datedMessageId(time, content, count) }
  }

  /** Gives the lines of one history their ids; they are handed in as they were said. */
  replay(chat: ChatKey, precisionMs: number): (line: IrcLine) => RemoteMessageId | undefined {
    const name = nameOf(chat)
    const counts = new Map<string, number>()
    return (line) => {
      const content = contentOf(line)
      const { msgid } = line.tags
      if (msgid !== undefined) return this.#numberedId(name, msgid, content).id
      const timeMs = serverTimeMs(line)
      if (timeMs === undefined) return undefined
      const time = timeIn(timeMs, precisionMs)
      const key = `${name} ${time} ${content}`
      const count = (counts.get(key) ?? 0) + 1
      put(counts, key, count, keptCounts)
      // What is said from now on comes after it.
      put(this.#counts, key, Math.max(count, this.#counts.get(key) ?? 0), keptCounts)
      return datedMessageId(time, content, count)
    }
  }

  /** The id under which a live line is to be stored. To be called when all earlier lines of the chat are. */
  async settle(chat: ChatKey, line: IrcLine, { id, otherwise }: LineId): Promise<RemoteMessageId> {
    if (otherwise === undefined || !(await this.#host.isKnown(chat, id))) return id
    this.#numbered.get(`${nameOf(chat)} ${line.tags['msgid']}`)?.set(contentOf(line), otherwise)
    return otherwise
  }

  /** What the server means by an id that it gave to a line in that chat. */
  meant(chat: ChatKey, msgid: string): RemoteMessageId {
    const known = this.#numbered.get(`${nameOf(chat)} ${msgid}`)
    return [...(known?.values() ?? [])].at(-1) ?? numberedMessageId(msgid)
  }

  #numberedId(name: string, msgid: string, content: string): LineId {
    const key = `${name} ${msgid}`
    const known = this.#numbered.get(key)
    const id = numberedMessageId(msgid)
    const other = numberedMessageId(`${msgid} ${content}`)
    if (known === undefined) {
      put(this.#numbered, key, new Map([[content, id]]), keptIds)
      return { id, otherwise: other }
    }
    const same = known.get(content)
    if (same !== undefined) return { id: same }
    known.set(content, other)
    return { id: other }
  }
}

function nameOf({ chat, receiver }: ChatKey): string {
  return `${chat} ${receiver ?? ''}`
}

function timeIn(timeMs: number, precisionMs: number): string {
  return (Math.floor(timeMs / precisionMs) * precisionMs).toString(36)
}

/** Who said what, and to which part of a channel; not how the channel or we are spelt. */
function contentOf({ command, nick, params }: IrcLine): string {
  const [target = '', text = ''] = params
  const status = /^[^\p{L}\p{N}#]?(?=[#&!+])/u.exec(target)?.[0] ?? ''
  return createHash('sha256').update([command, nick, status, text].join('\0')).digest('base64url').slice(0, 16)
}

/** What was put in first goes first. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value ?? key)
}
