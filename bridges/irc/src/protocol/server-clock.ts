import type { Clock } from './clock.ts'
import { serverTimeMs, type IrcLine } from './line.ts'

/** The time as the server has it: what lines are dated by, and until when it was heard. */
export class ServerClock {
  readonly #clock: Clock
  /** What others say may be old, and dated so; where the server dates its own words they tell its clock better. */
  #isTold = false
  #skewMs = 0
  #heardMs: number
  #welcomedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#heardMs = clock.now()
  }

  /** How far the server's clock is ahead of ours, as far as its time tags tell. */
  get skewMs(): number {
    return this.#skewMs
  }

  /** When the last line was read, by the server's clock. */
  get heardAtMs(): number {
    return this.#heardMs + this.#skewMs
  }

  /** When we were let in, by the server's clock. */
  get welcomedAtMs(): number {
    return this.#welcomedMs + this.#skewMs
  }

  /** For how long nothing has been read. */
  get silentMs(): number {
    return this.#clock.now() - this.#heardMs
  }

  noteHeard(): void {
    this.#heardMs = this.#clock.now()
  }

  noteWelcome(): void {
    this.#welcomedMs = this.#clock.now()
  }

  /** Compares the time tag of the line that was heard last with our own clock. Lines of a history say nothing of today. */
  learn(line: IrcLine): void {
    const timeMs = line.tags['batch'] === undefined ? serverTimeMs(line) : undefined
    if (timeMs === undefined) return
    const isSaid = line.command === 'PRIVMSG' || line.command === 'NOTICE' || line.command === 'TAGMSG'
    if (isSaid && this.#isTold) return
    this.#isTold ||= !isSaid
    this.#skewMs = timeMs - this.#heardMs
  }
}
