import { Channels, type Channel } from './channels.ts'
import type { Clock } from './clock.ts'
import type { Outcome } from './deliveries.ts'
import { Farewell } from './farewell.ts'
import type { ServerFeatures } from './features.ts'
import { FrameworkWire } from './framework-wire.ts'
import { Hostmask } from './hostmask.ts'
import { keepAlive } from './keep-alive.ts'
import { formatLine, type IrcLine } from './line.ts'
import { Outgoing } from './outgoing.ts'
import { Registration } from './registration.ts'
import { ServerFacts } from './server-facts.ts'
import type { EndKind, SessionEnd } from './session-end.ts'
import type { ConnectionSettings } from './session-settings.ts'
import { Timers } from './timers.ts'

export interface SessionEvents {
  onReady(session: Session): void
  /** Every line after the welcome, with the channels it concerns; answers to our own lines are left out. */
  onLine(line: IrcLine, channels: readonly Channel[], session: Session): void
  onEnd(end: SessionEnd, session: Session): void
  onBadLine(error: unknown): void
}

/** One connection from dialling to its end. It is never used twice. */
export class Session {
  readonly channels = new Channels()
  readonly server: ServerFacts
  readonly #settings: ConnectionSettings
  readonly #events: SessionEvents
  readonly #timers: Timers
  readonly #wire: FrameworkWire
  readonly #outgoing: Outgoing
  readonly #hostmask: Hostmask
  readonly #registration: Registration
  readonly #farewell = new Farewell()
  #isEnded = false
  #isPaused = false

  constructor(settings: ConnectionSettings, events: SessionEvents, clock: Clock, random: () => number) {
    this.#settings = settings
    this.#events = events
    this.#timers = new Timers(clock)
    this.#hostmask = new Hostmask(settings.username)
    this.#wire = new FrameworkWire({
      onLine: (line) => this.#receive(line),
      onLoginRefused: (words) => this.end('bad-credentials', `the login was refused: ${words}`),
      onClosed: (error) => this.#closed(error),
      onBadLine: (error) => events.onBadLine(error),
    })
    this.server = new ServerFacts(this.#wire, clock)
    this.#outgoing = new Outgoing({
      clock,
      flood: settings.flood,
      hasCapability: (name) => this.server.hasCapability(name),
      fold: (name) => this.features.fold(name),
      write: (line) => this.#wire.write(line),
    })
    this.#registration = new Registration({
      settings,
      clock,
      random,
      timers: this.#timers,
      hostmask: this.#hostmask,
      features: () => this.features,
      isSelf: (nick) => this.isSelf(nick),
      writeNow: (command, params) => this.writeNow(command, params),
      barrier: () => this.barrier(),
      onWelcome: (line) => this.#welcomed(line),
      onReady: () => events.onReady(this),
    })
  }

  get nick(): string {
    return this.#hostmask.nick
  }

  get features(): ServerFeatures {
    return this.server.features
  }

  get isReady(): boolean {
    return this.#registration.isReady && !this.#isEnded
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** `user@host` as the network shows us; '' while it has not told. */
  get address(): string {
    return this.#hostmask.address
  }

  /** `nick!user@host` as others see us; the longest it can be while the server has not told. */
  get prefix(): string {
    return this.#hostmask.prefix
  }

  isSelf(nick: string): boolean {
    return nick !== '' && this.features.fold(nick) === this.features.fold(this.nick)
  }

  channel(name: string): Channel | undefined {
    return this.channels.get(name, this.features)
  }

  dial(): void {
    this.#hostmask.nick = this.#settings.nick
    this.#timers.after(this.#settings.connectTimeoutMs, () => {
      if (!this.#registration.isReady) this.end('lost', 'the server did not answer in time')
    })
    this.#wire.dial(this.#settings)
  }

  /** Closes the connection; `onEnd` follows once it is closed. */
  end(kind: EndKind, reason: string): void {
    if (this.#isEnded) return
    this.#farewell.say(kind, reason)
    if (this.isReady && kind === 'stopped') this.#wire.write(formatLine('QUIT', [reason]))
    this.#wire.close(kind !== 'stopped')
    // A peer that does not close its side must not keep the session alive.
    this.#timers.after(2000, () => this.#wire.close(true))
    if (!this.#wire.isThere) this.#closed(undefined)
  }

  /** Stops taking lines from the server after the present one. Idempotent. */
  pause(): void {
    this.#isPaused = true
    this.#wire.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.server.clock.noteHeard()
    this.#wire.resume()
  }

  /** Queues a line under the flood budget; lines of one key keep their order. */
  write(command: string, params: readonly string[], key = ''): void {
    this.#outgoing.write(command, params, key)
  }

  writeNow(command: string, params: readonly string[]): void {
    this.#outgoing.writeNow(command, params)
  }

  /** A line that a person or an operator typed; only its end is made safe. */
  writeRaw(line: string): void {
    this.#outgoing.writeRaw(line)
  }

  /** Sends a line and tells what the server made of it. `target` may hold several parameters, parted by spaces. */
  async deliver(
    command: string,
    target: string,
    text: string,
    tags: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    if (!this.isReady) return { kind: 'lost', wasWritten: false }
    return this.#outgoing.deliver({ command, target, text, tags })
  }

  /** Resolves once the server has handled all lines of that key written before; rejects when the session ends. */
  async barrier(key = ''): Promise<void> {
    await this.#outgoing.barrier(key)
  }

  #receive(line: IrcLine): void {
    if (this.#isEnded) return
    this.server.clock.noteHeard()
    if (line.command === 'PING') return this.writeNow('PONG', [line.params.at(-1) ?? ''])
    if (this.#farewell.noteLine(line)) return
    if (!this.#registration.take(line)) this.#takeLine(line)
  }

  #takeLine(line: IrcLine): void {
    const isSelf = this.isSelf(line.nick)
    this.server.noteLine(line)
    if (isSelf) this.#hostmask.noteOwnLine(line)
    this.#registration.noteAnswer(line)
    if (this.#outgoing.take(line, isSelf)) return
    const isAboutSelf = line.command === 'KICK' ? this.isSelf(line.params[1] ?? '') : isSelf
    const channels = this.channels.apply(line, isAboutSelf, this.features)
    if (line.command === 'NICK' && isSelf) this.#hostmask.nick = line.params[0] ?? this.nick
    else this.#registration.noteOthers(line)
    this.#events.onLine(line, channels, this)
  }

  #welcomed(line: IrcLine): void {
    this.server.noteWelcome(line)
    const { pingIntervalMs: intervalMs, pingTimeoutMs: timeoutMs } = this.#settings
    keepAlive({
      intervalMs,
      timeoutMs,
      silentMs: () => (this.#isPaused ? undefined : this.server.clock.silentMs),
      ask: () => this.writeNow('PING', ['pons-alive']),
      onSilent: () => this.end('lost', 'the server stopped answering'),
      timers: this.#timers,
    })
  }

  #closed(error: unknown): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#timers.close()
    this.#outgoing.close()
    this.#wire.disposeSocket()
    this.#registration.close()
    const { isWelcomed, readyForMs } = this.#registration
    this.#events.onEnd(this.#farewell.endOf(error, { isWelcomed, readyForMs }), this)
    // Whoever asks anew is to know already that this connection is over.
    this.#outgoing.lose()
  }
}
