import { setTimeout as pause } from 'node:timers/promises'
import type { LoopbackChat } from '../loopback/loopback-chat.ts'
import type { MatrixPerson } from '../matrix/matrix-person.ts'

export interface TrafficOptions {
  readonly chats: readonly LoopbackChat[]
  readonly people: readonly MatrixPerson[]
  /** False: nobody talks on the network. */
  readonly isRemoteTalking: boolean
  readonly pauseMs: number
}

/** What one side's own server accepted of one speaker in one chat, in order. */
export interface Stream {
  readonly chat: LoopbackChat
  readonly from: 'network' | 'matrix' | 'phone'
  readonly name: string
  readonly lines: string[]
}

/** Everybody talks without a rest in every chat; every line is numbered, and noted once its own server has accepted it. */
export class Traffic {
  readonly #options: TrafficOptions
  readonly #stop = new AbortController()
  readonly #talking: Promise<void>[]
  readonly streams: Stream[] = []

  constructor(options: TrafficOptions) {
    this.#options = options
    const { chats, people, isRemoteTalking } = options
    this.#talking = chats.flatMap((chat, index) => [
      ...(isRemoteTalking ? [this.#talk(chat, 'network', `remote${index}`, (line) => chat.say(line))] : []),
      ...speakersOf(chat, people).map(([number, person]) =>
        this.#talk(chat, 'matrix', `matrix${index}x${number}`, (line) => person.say(chat.roomId, line)),
      ),
      ...phoneOf(chat, index).map(([name, say]) => this.#talk(chat, 'phone', name, say)),
    ])
  }

  /** Ends the talk; resolves when the last line of everybody is accepted. */
  async end(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#talking)
  }

  async #talk(
    chat: LoopbackChat,
    from: Stream['from'],
    name: string,
    say: (line: string) => Promise<unknown>,
  ): Promise<void> {
    const stream: Stream = { chat, from, name, lines: [] }
    this.streams.push(stream)
    for (let number = 1; !this.#stop.signal.aborted; number++) {
      const line = `${name} ${number}`
      await say(line)
      stream.lines.push(line)
      await pause(this.#options.pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }
}

/** The people who speak in a chat, by their number; the first of them reads it, too. */
export function speakersOf(chat: LoopbackChat, people: readonly MatrixPerson[]): [number, MatrixPerson][] {
  return [...people.entries()].filter(([number]) => chat.speakers?.includes(number) ?? true)
}

/** Where several logins hear of it, what one of their owners says with another app. */
function phoneOf(chat: LoopbackChat, index: number): [string, (line: string) => Promise<unknown>][] {
  if (chat.speakers === undefined || chat.sayElsewhere === undefined) return []
  return [[`phone${index}`, (line) => chat.sayElsewhere?.(line) ?? Promise.resolve()]]
}
