import { setTimeout as pause } from 'node:timers/promises'
import type { IrcPerson } from '../irc/irc-person.ts'
import type { MatrixPerson } from '../matrix/matrix-person.ts'

export interface TrafficOptions {
  /** undefined: nobody talks on IRC. */
  readonly irc: IrcPerson | undefined
  /** Everybody on the Matrix side, each with their room's id being the same. */
  readonly matrix: readonly MatrixPerson[]
  readonly roomId: string
  readonly channel: string
  readonly pauseMs: number
}

/** Both sides talk without a rest; every line is numbered, and noted once its own server has accepted it. */
export class Traffic {
  readonly #options: TrafficOptions
  readonly #stop = new AbortController()
  readonly #talking: Promise<void>[]
  /** Numbers the IRC server accepted, in order. */
  readonly fromIrc: string[] = []
  /** Numbers the homeserver accepted, by speaker, in order. */
  readonly fromMatrix = new Map<string, string[]>()

  constructor(options: TrafficOptions) {
    this.#options = options
    this.#talking = [this.#talkOnIrc(), ...options.matrix.map((person) => this.#talkOnMatrix(person))]
  }

  /** Ends the talk; resolves when the last line of everybody is accepted. */
  async end(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#talking)
  }

  async #talkOnIrc(): Promise<void> {
    const { irc, channel } = this.#options
    if (irc === undefined) return
    for (let number = 1; !this.#stop.signal.aborted; number++) {
      irc.say(channel, `irc ${number}`)
      await irc.settled()
      this.fromIrc.push(`irc ${number}`)
      await this.#rest()
    }
  }

  async #talkOnMatrix(person: MatrixPerson): Promise<void> {
    const accepted: string[] = []
    this.fromMatrix.set(person.userId, accepted)
    const name = person.userId.slice(1, person.userId.indexOf(':'))
    for (let number = 1; !this.#stop.signal.aborted; number++) {
      await person.say(this.#options.roomId, `${name} ${number}`)
      accepted.push(`${name} ${number}`)
      await this.#rest()
    }
  }

  async #rest(): Promise<void> {
    await pause(this.#options.pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
}
