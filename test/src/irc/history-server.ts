import type { IrcTestLine } from './irc-line.ts'
import { RudeServer, type RudeConnection } from './rude-server.ts'

export interface HistoryServerOptions {
  /** The most lines of one answer. */
  readonly limit: number
  /** Whether lines have ids, and whether a question may name one. */
  readonly ids: 'none' | 'given' | 'taken'
  /** Milliseconds that a time in the history is cut down to: 1000 as soju's files have it. */
  readonly precisionMs?: number
  readonly capabilities?: string
}

interface Kept {
  readonly timeMs: number
  readonly id: string
  readonly source: string
  /** As the line names it. */
  readonly target: string
  readonly text: string
}

const usual = 'draft/chathistory batch server-time message-tags'

/** A server with CHATHISTORY as the IRCv3 draft has it, for one person's connections; what others say is scripted. */
export class HistoryServer implements AsyncDisposable {
  readonly server: RudeServer
  /** Every question of the history, in order. */
  readonly questions: IrcTestLine[] = []
  /** Asked before a question is answered; true: it is not. */
  onQuestion: ((question: IrcTestLine, connection: RudeConnection) => boolean) | undefined
  /** By channel, or by the other's nick. */
  readonly #kept = new Map<string, Kept[]>()
  readonly #options: HistoryServerOptions
  #lines = 0

  private constructor(server: RudeServer, options: HistoryServerOptions) {
    this.server = server
    this.#options = options
    server.onLine = (line, connection) => this.#take(line, connection)
  }

  static async start(options: HistoryServerOptions): Promise<HistoryServer> {
    return new HistoryServer(await RudeServer.start(undefined, options.capabilities ?? usual), options)
  }

  get port(): number {
    return this.server.port
  }

  /** Somebody says something at a time; whoever is connected, and `isLive`, hears it. */
  say(nick: string, target: string, text: string, { timeMs = Date.now(), isLive = true } = {}): void {
    const { precisionMs = 1 } = this.#options
    const kept: Kept = { timeMs, id: `m${++this.#lines}`, source: `${nick}!user@host`, target, text }
    const chat = target.startsWith('#') ? target : nick
    const lines = this.#kept.get(chat) ?? []
    this.#kept.set(chat, lines)
    lines.push({ ...kept, timeMs: Math.floor(timeMs / precisionMs) * precisionMs })
    if (!isLive) return
    for (const connection of this.server.connections)
      if (!connection.socket.destroyed) connection.send(this.#render(kept))
  }

  /** What is older is no longer kept. */
  forgetBefore(timeMs: number): void {
    for (const [chat, lines] of this.#kept)
      this.#kept.set(
        chat,
        lines.filter((line) => line.timeMs >= timeMs),
      )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }

  #render(line: Kept, batch?: string): string {
    const tags = [
      ...(batch === undefined ? [] : [`batch=${batch}`]),
      `time=${new Date(line.timeMs).toISOString()}`,
      ...(this.#options.ids === 'none' ? [] : [`msgid=${line.id}`]),
    ]
    return `@${tags.join(';')} :${line.source} PRIVMSG ${line.target} :${line.text}`
  }

  #take(line: IrcTestLine, connection: RudeConnection): boolean {
    if (line.command === 'USER' || line.command === 'CAP') setImmediate(() => this.#announce(connection))
    if (line.command === 'QUIT') connection.socket.end()
    if (line.command !== 'CHATHISTORY') return false
    this.questions.push(line)
    if (this.onQuestion?.(line, connection) === true) return true
    const [how = '', first = ''] = line.params
    if (how === 'TARGETS') this.#answerTargets(line, connection)
    else this.#answer(connection, first, this.#find(line))
    return true
  }

  #announce({ nick, send, lines }: RudeConnection): void {
    if (nick === '*' || !lines.some(({ command }) => command === 'USER')) return
    const { limit, ids } = this.#options
    send(
      `:rude 005 ${nick} CHATHISTORY=${limit} MSGREFTYPES=${ids === 'taken' ? 'msgid,' : ''}timestamp :are supported`,
    )
  }

  #answer({ send }: RudeConnection, target: string, lines: readonly Kept[]): void {
    const batch = `h${this.questions.length}`
    send(`:rude BATCH +${batch} chathistory ${target}`)
    for (const line of lines) send(this.#render(line, batch))
    send(`:rude BATCH -${batch}`)
  }

  #find({ params }: IrcTestLine): readonly Kept[] {
    const [how, target = '', reference = '', asked = ''] = params
    const lines = this.#kept.get(target) ?? []
    const count = Math.min(Number(asked), this.#options.limit)
    const isBefore = (line: Kept): boolean => !reference.startsWith('msgid=') && line.timeMs < timeOf(reference)
    switch (how) {
      case 'LATEST':
        return lines.slice(-count)
      case 'BEFORE':
        return lines.filter(isBefore).slice(-count)
      case 'AFTER': {
        const id = reference.startsWith('msgid=') ? reference.slice('msgid='.length) : undefined
        const at = id === undefined ? -1 : lines.findIndex((line) => line.id === id)
        const later = lines.filter((line, index) => (id === undefined ? line.timeMs > timeOf(reference) : index > at))
        return later.slice(0, count)
      }
      default:
        throw new Error(`this server knows no CHATHISTORY ${how}`)
    }
  }

  #answerTargets({ params }: IrcTestLine, { send }: RudeConnection): void {
    const [, from = '', to = '', asked = ''] = params
    const latest = [...this.#kept].map(([chat, lines]) => ({ chat, timeMs: lines.at(-1)?.timeMs ?? 0 }))
    const within = latest.filter(({ timeMs }) => timeMs > timeOf(from) && timeMs < timeOf(to))
    const sorted = within.toSorted((a, b) => a.timeMs - b.timeMs).slice(0, Math.min(Number(asked), this.#options.limit))
    const batch = `t${this.questions.length}`
    send(`:rude BATCH +${batch} draft/chathistory-targets`)
    for (const { chat, timeMs } of sorted)
      send(`@batch=${batch} :rude CHATHISTORY TARGETS ${chat} timestamp=${new Date(timeMs).toISOString()}`)
    send(`:rude BATCH -${batch}`)
  }
}

function timeOf(reference: string): number {
  return Date.parse(reference.slice('timestamp='.length))
}
