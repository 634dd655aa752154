import type { IrcLine } from './line.ts'

/** `nick!user@host`: who we are on the network, as far as the server has told. */
export class Hostmask {
  readonly #username: string
  nick = ''
  #address: string | undefined

  constructor(username: string) {
    this.#username = username
  }

  /** `user@host` as the network shows us; '' while it has not told. */
  get address(): string {
    return this.#address ?? ''
  }

  /** `nick!user@host` as others see us; the longest it can be while the server has not told. */
  get prefix(): string {
    return `${this.nick}!${this.#address ?? `~${this.#username.slice(0, 10)}@${'h'.repeat(63)}`}`
  }

  /** `001 nick :Welcome to the network nick!user@host` */
  noteWelcome({ params }: IrcLine): void {
    this.nick = params[0] ?? this.nick
    this.#address = /\S+!(\S+@\S+)$/.exec(params.at(-1) ?? '')?.[1]
  }

  /** A line that the network has by us. */
  noteOwnLine({ command, params, user, host }: IrcLine): void {
    if (user !== '' && host !== '') this.#address = `${user}@${host}`
    if (command === 'CHGHOST') this.#address = `${params[0]}@${params[1]}`
  }
}
