import type { Clock } from './clock.ts'
import { addTokens, readFeatures, type ServerFeatures } from './features.ts'
import type { FrameworkWire } from './framework-wire.ts'
import type { IrcLine } from './line.ts'
import { ServerClock } from './server-clock.ts'

/** What the server at the other end is, as far as it has said. */
export class ServerFacts {
  readonly clock: ServerClock
  readonly #wire: FrameworkWire
  readonly #tokens = new Map<string, string>()
  #features = readFeatures(this.#tokens)
  /** As it signs its welcome. */
  #name = ''

  constructor(wire: FrameworkWire, clock: Clock) {
    this.#wire = wire
    this.clock = new ServerClock(clock)
  }

  get features(): ServerFeatures {
    return this.#features
  }

  /** To how much the times of old lines are cut down, as far as is known of servers of that kind. */
  get historyPrecisionMs(): number {
    return this.#wire.offers(/^znc\.in\/server-time/) ? 1 : 1000
  }

  /** Does it stay on the network under our nick while we are away, as a bouncer does? */
  get keepsNick(): boolean {
    return this.#wire.offers(/^(?:znc\.in|soju\.im)\//)
  }

  hasCapability(name: string): boolean {
    return this.#wire.hasCapability(name)
  }

  /** May a line carry that client-only tag (IRCv3 message tags, CLIENTTAGDENY)? Named without its `+`. */
  mayTag(name: string): boolean {
    return this.hasCapability('message-tags') && !this.#features.deniesTag(name)
  }

  /** Are these its own words? People may be told without user and host, too. */
  hasSaid({ source, nick }: IrcLine): boolean {
    return nick === '' || source === this.#name
  }

  noteWelcome(line: IrcLine): void {
    this.clock.noteWelcome()
    this.#name = line.source
  }

  noteLine(line: IrcLine): void {
    this.clock.learn(line)
    if (line.command !== '005') return
    addTokens(this.#tokens, line.params.slice(1, -1))
    this.#features = readFeatures(this.#tokens)
  }
}
