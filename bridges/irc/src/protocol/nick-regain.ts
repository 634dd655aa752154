import type { ServerFeatures } from './features.ts'
import type { IrcLine } from './line.ts'
import type { NickServ } from './nick-serv.ts'
import type { Timers } from './timers.ts'

export interface NickRegainOptions {
  readonly intervalMs: number
  /** The nick that we want, as far as the server lets it be. */
  readonly wanted: () => string
  readonly isSelf: (nick: string) => boolean
  readonly features: () => ServerFeatures
  readonly nickServ: NickServ
  readonly writeNow: (command: string, params: readonly string[]) => void
  readonly timers: Timers
}

/** Gets the nick that we want back from whoever had it when we came: often our own lost connection. */
export class NickRegain {
  readonly #options: NickRegainOptions

  constructor(options: NickRegainOptions) {
    this.#options = options
  }

  /** We have been let in. Asks the service, has the server watch the nick, and tries again and again. */
  start(): void {
    const { wanted, isSelf, features, nickServ, writeNow, timers, intervalMs } = this.#options
    const nick = wanted()
    if (isSelf(nick)) return
    nickServ.regain(nick)
    if (features().hasMonitor) writeNow('MONITOR', ['+', nick])
    const again = (): void => {
      if (isSelf(nick)) return
      writeNow('NICK', [nick])
      timers.after(intervalMs, again)
    }
    again()
  }

  /** Somebody gives the nick up, or the server says that nobody has it (731). */
  noteLine(line: IrcLine): void {
    const { wanted, isSelf, features, writeNow } = this.#options
    const nick = wanted()
    if (isSelf(nick)) return
    const isWanted = (name: string): boolean => features().fold(name) === features().fold(nick)
    const isLeaver = (line.command === 'QUIT' || line.command === 'NICK') && isWanted(line.nick)
    const isOffline = line.command === '731' && isWanted(line.params[1] ?? '')
    if (isLeaver || isOffline) writeNow('NICK', [nick])
  }
}
