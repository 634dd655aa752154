import type { Clock } from './clock.ts'
import type { ServerFeatures } from './features.ts'
import type { Hostmask } from './hostmask.ts'
import type { IrcLine } from './line.ts'
import { NickChoice } from './nick-choice.ts'
import { NickRegain } from './nick-regain.ts'
import { NickServ } from './nick-serv.ts'
import type { ConnectionSettings } from './session-settings.ts'
import type { Timers } from './timers.ts'

export interface RegistrationOptions {
  readonly settings: ConnectionSettings
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly timers: Timers
  readonly hostmask: Hostmask
  readonly features: () => ServerFeatures
  readonly isSelf: (nick: string) => boolean
  readonly writeNow: (command: string, params: readonly string[]) => void
  /** Resolves once the server has handled all lines written before; rejects when the connection ends. */
  readonly barrier: () => Promise<void>
  /** The server has let us in, with that line. */
  readonly onWelcome: (line: IrcLine) => void
  /** Everything the server says of itself is known, and the service, where there is one, knows who we are. */
  readonly onReady: () => void
}

/** Of the letters in it, or of its length. */
const erroneousNick = '432'
const nickRefusals = new Set(['432', '433', '436', '437', '484'])

/** How a connection comes to have a name on the network: a nick that the server takes, and then the one that we want. */
export class Registration {
  readonly #options: RegistrationOptions
  readonly #choice: NickChoice
  readonly #nickServ: NickServ
  readonly #regain: NickRegain
  #isWelcomed = false
  #readyAtMs: number | undefined
  #isClosed = false

  constructor(options: RegistrationOptions) {
    const { settings, random, timers, features, isSelf, writeNow } = options
    this.#options = options
    this.#choice = new NickChoice(settings.nick, random)
    const fold = (name: string): string => features().fold(name)
    this.#nickServ = new NickServ({ account: settings.nickServ, fold, writeNow, timers })
    this.#regain = new NickRegain({
      intervalMs: settings.regainIntervalMs,
      wanted: () => this.#choice.wanted(features().nickLength),
      isSelf,
      features,
      nickServ: this.#nickServ,
      writeNow,
      timers,
    })
  }

  get isWelcomed(): boolean {
    return this.#isWelcomed
  }

  get isReady(): boolean {
    return this.#readyAtMs !== undefined
  }

  /** For how long we have been ready to talk. */
  get readyForMs(): number {
    return this.#readyAtMs === undefined ? 0 : this.#options.clock.now() - this.#readyAtMs
  }

  /** Takes a line in; true when it was about being let in, and is nobody else's business. */
  take(line: IrcLine): boolean {
    if (nickRefusals.has(line.command) && !this.isReady) this.#tryNextNick(line.command)
    else if (this.#isWelcomed) return false
    else if (line.command === '001') this.#welcome(line)
    return true
  }

  /** The service's answers are lines like others, that others may read, too. */
  noteAnswer(line: IrcLine): void {
    this.#nickServ.noteLine(line)
  }

  /** Somebody else's line: it may be that the nick that we want has become free. */
  noteOthers(line: IrcLine): void {
    if (this.isReady && !this.#isClosed) this.#regain.noteLine(line)
  }

  /** The connection has ended. */
  close(): void {
    this.#isClosed = true
    this.#nickServ.close()
  }

  #tryNextNick(code: string): void {
    const { hostmask, features, writeNow } = this.#options
    hostmask.nick = this.#choice.next(code === erroneousNick, features().nickLength)
    writeNow('NICK', [hostmask.nick])
  }

  #welcome(line: IrcLine): void {
    const { hostmask, onWelcome, barrier } = this.#options
    this.#isWelcomed = true
    hostmask.noteWelcome(line)
    onWelcome(line)
    // Everything the server says of itself is sent before it answers this.
    barrier()
      .then(() => (this.#isClosed ? undefined : this.#nickServ.identify()))
      .then(() => this.#ready())
      .catch(() => undefined)
  }

  #ready(): void {
    if (this.#isClosed) return
    this.#readyAtMs = this.#options.clock.now()
    this.#regain.start()
    this.#options.onReady()
  }
}
