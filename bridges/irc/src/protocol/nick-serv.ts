import type { IrcLine } from './line.ts'
import type { ConnectionSettings } from './session-settings.ts'
import type { Timers } from './timers.ts'

const identified = /\b(?:identified|recogni[sz]ed|accepted|logged in)\b/i

export interface NickServOptions {
  /** undefined: the network has none, or we have no account with it. */
  readonly account: ConnectionSettings['nickServ']
  readonly fold: (name: string) => string
  readonly writeNow: (command: string, params: readonly string[]) => void
  readonly timers: Timers
}

/** The service that knows whose a nick is, on networks where the password is told to it once we are in. */
export class NickServ {
  readonly #options: NickServOptions
  #onAnswer: (() => void) | undefined

  constructor(options: NickServOptions) {
    this.#options = options
  }

  /** Says who we are. Resolves when the service has answered, or has been waited for long enough, or is gone. */
  async identify(): Promise<void> {
    const { account: asked, writeNow, timers } = this.#options
    if (!asked) return
    await new Promise<void>((resolve) => {
      this.#onAnswer = resolve
      timers.after(asked.waitMs, resolve)
      const account = asked.account === undefined ? '' : `${asked.account} `
      writeNow('PRIVMSG', [asked.service, `IDENTIFY ${account}${asked.password}`])
    })
    this.#onAnswer = undefined
  }

  /** Asks for a nick that is ours by the account, whoever has it now. */
  regain(nick: string): void {
    const { account, writeNow } = this.#options
    if (account) writeNow('PRIVMSG', [account.service, `REGAIN ${nick} ${account.password}`])
  }

  noteLine(line: IrcLine): void {
    if (this.#onAnswer && this.#isAnswer(line)) this.#onAnswer()
  }

  /** The connection has ended. */
  close(): void {
    this.#onAnswer?.()
  }

  // 900: logged in; 401: there is nobody of that name.
  #isAnswer(line: IrcLine): boolean {
    if (line.command === '900' || line.command === '401') return true
    const { account, fold } = this.#options
    return (
      line.command === 'NOTICE' &&
      fold(line.nick) === fold(account?.service ?? '') &&
      identified.test(line.params[1] ?? '')
    )
  }
}
