import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { patienceMs } from '../patience.ts'
import { Waiters } from '../waiters.ts'
import { parseTestLine, type IrcTestLine } from './irc-line.ts'

export interface PersonOptions {
  readonly host: string
  readonly port: number
  readonly nick: string
  readonly password?: string
  /** Capabilities to ask for; a person with none sees what an old client sees. */
  readonly capabilities?: readonly string[]
  /** How long `waitFor` waits before it fails the test. */
  readonly timeoutMs?: number
}

/** Something somebody said in a channel or to this person, as seen here. */
export interface HeardLine {
  readonly from: string
  readonly target: string
  readonly kind: 'message' | 'action' | 'notice'
  readonly text: string
  readonly id: string | undefined
  /** True for lines the server played back from before this person joined. */
  readonly isHistory: boolean
}

/** A person on IRC with a plain client of their own. Every line received is kept in order. */
export class IrcPerson implements AsyncDisposable {
  readonly transcript: IrcTestLine[] = []
  nick: string
  readonly #socket: Socket
  readonly #timeoutMs: number
  readonly #waiters = new Waiters()
  #rest: Buffer = Buffer.alloc(0)
  #barriers = 0
  #isClosed = false

  private constructor(socket: Socket, options: PersonOptions) {
    this.#socket = socket
    this.nick = options.nick
    this.#timeoutMs = options.timeoutMs ?? patienceMs
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#isClosed = true
      this.#waiters.wake()
    })
  }

  /** Connects and registers; resolves after the welcome. */
  static async connect(options: PersonOptions): Promise<IrcPerson> {
    const socket = connect(options.port, options.host)
    socket.setNoDelay(true)
    await once(socket, 'connect')
    const person = new IrcPerson(socket, options)
    if (options.capabilities?.length) person.raw(`CAP REQ :${options.capabilities.join(' ')}`)
    if (options.password) person.raw(`PASS :${options.password}`)
    person.raw(`NICK ${options.nick}`)
    person.raw(`USER person 0 * :${options.nick}`)
    if (options.capabilities?.length) person.raw('CAP END')
    const welcome = await person.waitFor((line) => ['001', '433', 'ERROR'].includes(line.command))
    if (welcome.command !== '001') throw new Error(`could not register: ${welcome.raw}`)
    await person.settled()
    return person
  }

  raw(line: string): void {
    this.#socket.write(`${line}\r\n`)
  }

  /** Lines in whatever encoding. */
  rawBytes(lines: Uint8Array): void {
    this.#socket.write(lines)
  }

  /** Joins and waits for the list of names. */
  async join(channel: string, key = ''): Promise<void> {
    const from = this.transcript.length
    this.raw(`JOIN ${channel} ${key}`.trimEnd())
    await this.waitFor((line) => line.command === '366' && same(line.params[1], channel), from)
  }

  say(target: string, text: string, tags = ''): void {
    this.raw(`${tags && `@${tags} `}PRIVMSG ${target} :${text}`)
  }

  action(target: string, text: string): void {
    this.say(target, `\x01ACTION ${text}\x01`)
  }

  notice(target: string, text: string): void {
    this.raw(`NOTICE ${target} :${text}`)
  }

  part(channel: string, reason = ''): void {
    this.raw(`PART ${channel} :${reason}`)
  }

  quit(reason = ''): void {
    this.raw(`QUIT :${reason}`)
  }

  topic(channel: string, topic: string): void {
    this.raw(`TOPIC ${channel} :${topic}`)
  }

  mode(channel: string, ...modes: readonly string[]): void {
    this.raw(`MODE ${channel} ${modes.join(' ')}`)
  }

  kick(channel: string, nick: string, reason = ''): void {
    this.raw(`KICK ${channel} ${nick} :${reason}`)
  }

  invite(nick: string, channel: string): void {
    this.raw(`INVITE ${nick} ${channel}`)
  }

  async changeNick(nick: string): Promise<void> {
    const from = this.transcript.length
    const before = this.nick
    this.raw(`NICK ${nick}`)
    await this.waitFor((line) => line.command === 'NICK' && line.nick === before, from)
    this.nick = nick
  }

  /** The first line from position `from` on that fits; waits for it. Fails with the transcript's end after the time limit. */
  async waitFor(predicate: (line: IrcTestLine) => boolean, from = 0): Promise<IrcTestLine> {
    let next = from
    const deadline = AbortSignal.timeout(this.#timeoutMs)
    for (;;) {
      for (; next < this.transcript.length; next++) {
        const line = this.transcript[next]
        if (line && predicate(line)) return line
      }
      if (deadline.aborted || this.#isClosed) {
        const tail = this.transcript.slice(-15).map((line) => line.raw)
        throw new Error(
          `${this.nick}: no such line${this.#isClosed ? ', connection closed' : ''}; last were\n${tail.join('\n')}`,
        )
      }
      await this.#waiters.next(deadline)
    }
  }

  /** Waits until something with exactly that text was said. */
  async hear(text: string | RegExp, from = 0): Promise<HeardLine> {
    const fits = (said: string): boolean => (typeof text === 'string' ? said === text : text.test(said))
    const line = await this.waitFor((candidate) => {
      const heard = toHeard(candidate)
      return heard !== undefined && fits(heard.text)
    }, from)
    return toHeard(line)!
  }

  /** Everything said in a channel (or privately, by the other's nick), in order. */
  heard(target: string): readonly HeardLine[] {
    const lines = this.transcript.map(toHeard).filter((line) => line !== undefined)
    return lines.filter(
      (line) => same(line.target, target) || (same(line.target, this.nick) && same(line.from, target)),
    )
  }

  /** Resolves once the server has handled everything this person sent, and all it caused for this person has arrived. */
  async settled(): Promise<void> {
    const token = `settled-${++this.#barriers}`
    const from = this.transcript.length
    this.raw(`PING ${token}`)
    await this.waitFor((line) => line.command === 'PONG' && line.params.at(-1) === token, from)
  }

  /** The power cut of this person: no QUIT is sent. */
  async vanish(): Promise<void> {
    if (this.#isClosed) return
    const closed = once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vanish()
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (let end = this.#rest.indexOf(10); end !== -1; end = this.#rest.indexOf(10)) {
      const raw = this.#rest.subarray(0, end).toString('utf8').replace(/\r$/, '')
      this.#rest = this.#rest.subarray(end + 1)
      const line = parseTestLine(raw)
      if (line.command === 'PING') this.raw(`PONG :${line.params[0] ?? ''}`)
      this.transcript.push(line)
    }
    this.#waiters.wake()
  }
}

function toHeard(line: IrcTestLine): HeardLine | undefined {
  const [target, text] = line.params
  if ((line.command !== 'PRIVMSG' && line.command !== 'NOTICE') || target === undefined || text === undefined)
    return undefined
  const action = text.startsWith('\x01ACTION ') ? text.slice('\x01ACTION '.length).replace(/\p{Cc}$/u, '') : undefined
  return {
    from: line.nick,
    target,
    kind: action !== undefined ? 'action' : line.command === 'NOTICE' ? 'notice' : 'message',
    text: action ?? text,
    id: line.tags.get('msgid'),
    isHistory: line.tags.has('batch'),
  }
}

/** Names compare without regard to ASCII case, which is enough for tests. */
function same(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase()
}
