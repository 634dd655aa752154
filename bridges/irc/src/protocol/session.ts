import type { FrameworkMessage } from 'irc-framework'
import { Barriers, connectionEnded } from './barriers.ts'
import { Channels, type Channel } from './channels.ts'
import type { Clock } from './clock.ts'
import { Deliveries, type Outcome } from './deliveries.ts'
import { addTokens, readFeatures, type ServerFeatures } from './features.ts'
import { frameworkClient } from './framework-client.ts'
import { FloodBudget } from './flood-budget.ts'
import { formatLine, type IrcLine } from './line.ts'
import { NickChoice } from './nick-choice.ts'
import { NickRegain } from './nick-regain.ts'
import { NickServ } from './nick-serv.ts'
import { ServerClock } from './server-clock.ts'
import { endOf, notReached, type EndKind, type SessionEnd } from './session-end.ts'
import type { ConnectionSettings } from './session-settings.ts'
import { Timers } from './timers.ts'
import { LineTransport } from './transport.ts'

export interface SessionEvents {
  onReady(session: Session): void
  /** Every line after the welcome, with the channels it concerns; answers to our own lines are left out. */
  onLine(line: IrcLine, channels: readonly Channel[], session: Session): void
  onEnd(end: SessionEnd, session: Session): void
  onBadLine(error: unknown): void
}

const wantedCapabilities = (
  'labeled-response draft/chathistory chathistory znc.in/playback draft/message-redaction draft/channel-rename chghost setname standard-replies ' +
  'inspircd.org/standard-replies'
).split(' ')
/** What irc-framework is left to deal with: capabilities, SASL and the facts it needs for them. */
const libraryCommands = new Set(['CAP', 'AUTHENTICATE', '001', '900', '903', '902', '904', '905', '906', '907'])
/** Of the letters in it, or of its length. */
const erroneousNick = '432'
const nickRefusals = new Set(['432', '433', '436', '437', '484'])

/** One connection from dialling to its end. It is never used twice. */
export class Session {
  readonly channels = new Channels()
  readonly serverClock: ServerClock
  readonly #settings: ConnectionSettings
  readonly #events: SessionEvents
  readonly #clock: Clock
  readonly #client = frameworkClient()
  readonly #flood: FloodBudget
  readonly #deliveries: Deliveries
  readonly #tokens = new Map<string, string>()
  readonly #barriers = new Barriers()
  readonly #timers: Timers
  #transport: LineTransport | undefined
  #features = readFeatures(this.#tokens)
  #nick = ''
  #userHost: string | undefined
  /** As it signs its welcome. */
  #serverName = ''
  readonly #nickChoice: NickChoice
  readonly #nickServ: NickServ
  readonly #nickRegain: NickRegain
  #isWelcomed = false
  #readyAtMs: number | undefined
  #isEnded = false
  #isPaused = false
  #farewell: Pick<SessionEnd, 'kind' | 'reason'> | undefined

  constructor(settings: ConnectionSettings, events: SessionEvents, clock: Clock, random: () => number) {
    this.#settings = settings
    this.#events = events
    this.#clock = clock
    this.#nickChoice = new NickChoice(settings.nick, random)
    this.#timers = new Timers(clock)
    const writeNow = (command: string, params: readonly string[]): void => this.writeNow(command, params)
    this.#nickServ = new NickServ({
      account: settings.nickServ,
      fold: (name) => this.#features.fold(name),
      writeNow,
      timers: this.#timers,
    })
    this.#nickRegain = new NickRegain({
      intervalMs: settings.regainIntervalMs,
      wanted: () => this.#nickChoice.wanted(this.#features.nickLength),
      isSelf: (nick) => this.isSelf(nick),
      features: () => this.#features,
      nickServ: this.#nickServ,
      writeNow,
      timers: this.#timers,
    })
    this.serverClock = new ServerClock(clock)
    this.#flood = new FloodBudget(settings.flood, clock, (line) => this.#client.connection.write(line))
    this.#deliveries = new Deliveries({
      clock,
      hasLabels: () => this.hasCapability('labeled-response'),
      hasEcho: () => this.hasCapability('echo-message'),
      fold: (name) => this.#features.fold(name),
      writeBarrier: (token) => this.writeNow('PING', [token]),
      enqueue: ({ command, target, text, tags }, { label, barrier }, onWritten) => {
        const line = formatLine(command, [...target.split(' '), text], {
          ...(label !== undefined && { label }),
          ...tags,
        })
        const lines = barrier === undefined ? [line] : [line, formatLine('PING', [barrier])]
        this.#flood.enqueue(this.#features.fold(target), lines, onWritten)
      },
    })
  }

  get nick(): string {
    return this.#nick
  }

  get features(): ServerFeatures {
    return this.#features
  }

  get isReady(): boolean {
    return this.#readyAtMs !== undefined && !this.#isEnded
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  get readyAtMs(): number | undefined {
    return this.#readyAtMs
  }

  /** To how much the times of old lines are cut down, as far as is known of servers of that kind. */
  get historyPrecisionMs(): number {
    return [...this.#client.network.cap.available.keys()].some((name) => name.startsWith('znc.in/server-time'))
      ? 1
      : 1000
  }

  /** May a line carry that client-only tag (IRCv3 message tags, CLIENTTAGDENY)? Named without its `+`. */
  mayTag(name: string): boolean {
    return this.hasCapability('message-tags') && !this.#features.deniesTag(name)
  }

  /** Does the other side stay on the network under our nick while we are away, as a bouncer does? */
  get keepsNick(): boolean {
    return [...this.#client.network.cap.available.keys()].some((name) => /^(?:znc\.in|soju\.im)\//.test(name))
  }

  /** `user@host` as the network shows us; '' while it has not told. */
  get address(): string {
    return this.#userHost ?? ''
  }

  /** `nick!user@host` as others see us; the longest it can be while the server has not told. */
  get prefix(): string {
    return `${this.#nick}!${this.#userHost ?? `~${this.#settings.username.slice(0, 10)}@${'h'.repeat(63)}`}`
  }

  hasCapability(name: string): boolean {
    return this.#client.network.cap.isEnabled(name)
  }

  isSelf(nick: string): boolean {
    return nick !== '' && this.#features.fold(nick) === this.#features.fold(this.#nick)
  }

  /** Words of the server itself. People may be told without user and host, too. */
  isServers({ source, nick }: IrcLine): boolean {
    return nick === '' || source === this.#serverName
  }

  channel(name: string): Channel | undefined {
    return this.channels.get(name, this.#features)
  }

  dial(): void {
    const { address, nick, username, realName, serverPassword, sasl } = this.#settings
    this.#nick = nick
    this.#client.requestCap(wantedCapabilities)
    this.#client.use((_, raw) => raw.use((...[command, message, , , next]) => this.#letLibrary(command, message, next)))
    this.#client.connection.on('message', (message: FrameworkMessage) => this.#receive(message))
    this.#client.connection.on('socket close', (error: unknown) => this.#closed(error))
    this.#client.on('sasl failed', (event: { message?: string; reason: string }) => {
      this.end('bad-credentials', `the login was refused: ${event.message ?? event.reason}`)
    })
    this.#timers.after(this.#settings.connectTimeoutMs, () => {
      if (this.#readyAtMs === undefined) this.end('lost', 'the server did not answer in time')
    })
    this.#client.connect({
      ...address,
      nick,
      username,
      gecos: realName,
      transport: LineTransport,
      onCreated: (transport: LineTransport) => (this.#transport = transport),
      onBadLine: (error: unknown) => this.#events.onBadLine(error),
      auto_reconnect: false,
      ping_interval: 0,
      ping_timeout: 0,
      version: null,
      enable_echomessage: true,
      ...(serverPassword !== undefined && { password: serverPassword }),
      // An account object without a name keeps the library from using the server password for SASL.
      account: sasl?.mechanism === 'PLAIN' ? { account: sasl.account, password: sasl.password } : {},
      ...(sasl && { sasl_mechanism: sasl.mechanism, sasl_disconnect_on_fail: true }),
    })
  }

  /** Closes the connection; `onEnd` follows once it is closed. */
  end(kind: EndKind, reason: string): void {
    if (this.#isEnded) return
    this.#farewell ??= { kind, reason }
    if (this.isReady && kind === 'stopped') this.#client.connection.write(formatLine('QUIT', [reason]))
    this.#transport?.close(kind !== 'stopped')
    // A peer that does not close its side must not keep the session alive.
    this.#timers.after(2000, () => this.#transport?.close(true))
    if (!this.#transport) this.#closed(undefined)
  }

  /** Stops taking lines from the server after the present one. Idempotent. */
  pause(): void {
    this.#isPaused = true
    this.#transport?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.serverClock.noteHeard()
    this.#transport?.resume()
  }

  /** Queues a line under the flood budget; lines of one key keep their order. */
  write(command: string, params: readonly string[], key = ''): void {
    if (!this.#isEnded) this.#flood.enqueue(key, [formatLine(command, params)])
  }

  writeNow(command: string, params: readonly string[]): void {
    if (!this.#isEnded) this.#flood.writeNow(formatLine(command, params))
  }

  /** A line that a person or an operator typed; only its end is made safe. */
  writeRaw(line: string): void {
    const [command = '', ...rest] = line
      .replaceAll(/[\r\n\0]+/g, ' ')
      .trim()
      .split(' ')
    if (command !== '') this.#flood.enqueue('', [[command, ...rest].join(' ')])
  }

  /** Sends a line and tells what the server made of it. `target` may hold several parameters, parted by spaces. */
  async deliver(
    command: string,
    target: string,
    text: string,
    tags: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    if (!this.isReady) return { kind: 'lost', wasWritten: false }
    return this.#deliveries.send({ command, target, text, tags })
  }

  /** Resolves once the server has handled all lines of that key written before; rejects when the session ends. */
  async barrier(key = ''): Promise<void> {
    if (this.#isEnded) throw connectionEnded()
    await this.#barriers.pass((line) => this.#flood.enqueue(key, [line]))
  }

  // It trusts servers to send whole lines, and prints what it throws; neither is for us.
  #letLibrary(command: string, message: FrameworkMessage, next: () => void): void {
    if (!libraryCommands.has(command) || message.params.length === 0) return
    try {
      next()
    } catch (error) {
      this.#events.onBadLine(error)
    }
  }

  #receive(message: FrameworkMessage): void {
    if (this.#isEnded) return
    const line: IrcLine = { ...message, source: message.prefix, user: message.ident, host: message.hostname }
    this.serverClock.noteHeard()
    if (line.command === 'PING') return this.writeNow('PONG', [line.params.at(-1) ?? ''])
    if (line.command === 'ERROR') return void (this.#farewell ??= endOf(line.params[0] ?? 'closed by the server'))
    if (line.command === '465')
      this.#farewell = { kind: 'banned', reason: `banned from the server: ${line.params.at(-1) ?? ''}` }
    if (line.command === '464') this.#farewell = { kind: 'bad-credentials', reason: 'the server password was refused' }
    if (nickRefusals.has(line.command) && this.#readyAtMs === undefined) return this.#tryNextNick(line.command)
    if (!this.#isWelcomed) {
      if (line.command === '001') this.#welcome(line)
      return
    }
    this.#takeLine(line)
  }

  #takeLine(line: IrcLine): void {
    const isSelf = this.isSelf(line.nick)
    this.serverClock.learn(line)
    if (line.command === '005') {
      addTokens(this.#tokens, line.params.slice(1, -1))
      this.#features = readFeatures(this.#tokens)
    }
    if (isSelf) this.#learnAboutSelf(line)
    if (line.command === 'PONG' && this.#barriers.take(line.params.at(-1) ?? '')) return
    this.#nickServ.noteLine(line)
    if (this.#deliveries.take(line, isSelf)) return
    const isAboutSelf = line.command === 'KICK' ? this.isSelf(line.params[1] ?? '') : isSelf
    const channels = this.channels.apply(line, isAboutSelf, this.#features)
    if (line.command === 'NICK' && isSelf) this.#nick = line.params[0] ?? this.#nick
    else if (this.isReady) this.#nickRegain.noteLine(line)
    this.#events.onLine(line, channels, this)
  }

  #learnAboutSelf(line: IrcLine): void {
    if (line.user !== '' && line.host !== '') this.#userHost = `${line.user}@${line.host}`
    if (line.command === 'CHGHOST') this.#userHost = `${line.params[0]}@${line.params[1]}`
  }

  #welcome(line: IrcLine): void {
    this.#isWelcomed = true
    this.serverClock.noteWelcome()
    this.#nick = line.params[0] ?? this.#nick
    this.#serverName = line.source
    this.#userHost = /\S+!(\S+@\S+)$/.exec(line.params.at(-1) ?? '')?.[1]
    this.#watchPings()
    // Everything the server says of itself is sent before it answers this.
    this.barrier()
      .then(() => (this.#isEnded ? undefined : this.#nickServ.identify()))
      .then(() => {
        if (this.#isEnded) return
        this.#readyAtMs = this.#clock.now()
        this.#nickRegain.start()
        this.#events.onReady(this)
      })
      .catch(() => undefined)
  }

  #tryNextNick(code: string): void {
    this.#nick = this.#nickChoice.next(code === erroneousNick, this.#features.nickLength)
    this.writeNow('NICK', [this.#nick])
  }

  #watchPings(): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#settings
    const check = (): void => {
      const { silentMs } = this.serverClock
      if (!this.#isPaused && silentMs >= pingTimeoutMs) return this.end('lost', 'the server stopped answering')
      if (!this.#isPaused && silentMs >= pingIntervalMs) this.writeNow('PING', ['pons-alive'])
      this.#timers.after(pingIntervalMs, check)
    }
    this.#timers.after(pingIntervalMs, check)
  }

  #closed(error: unknown): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#timers.close()
    this.#flood.close()
    this.#transport?.disposeSocket()
    this.#barriers.close()
    this.#nickServ.close()
    const detail = this.#farewell?.reason ?? (error instanceof Error ? error.message : 'the connection was closed')
    const end = this.#farewell ?? { kind: 'lost', reason: error instanceof Error ? 'the connection broke' : detail }
    const reason = end.kind === 'lost' && !this.#isWelcomed ? notReached : end.reason
    const readyForMs = this.#readyAtMs === undefined ? 0 : this.#clock.now() - this.#readyAtMs
    this.#events.onEnd({ kind: end.kind, reason, detail, cause: error, readyForMs }, this)
    this.#deliveries.close()
  }
}
