import type { BridgeHost } from '@pons/core'
import { isJsonObject, type JsonValue } from '@pons/matrix'

/** A stretch of time in which a connection of ours held a nick. */
interface Holding {
  readonly nick: string
  /** Which connection: a login's id, or `relay`. */
  readonly connection: string
  /** `user@host` as the network showed it; '' when it did not. */
  readonly address: string
  readonly fromMs: number
  /** When the connection was lost; undefined while it lives. */
  lostMs: number | undefined
  /** When the network was seen to have let it go; undefined while the old connection may still be there. */
  goneMs: number | undefined
}

const kept = 200
/** Clocks of the server and of this machine may differ by this much. */
const slackMs = 60_000

/**
 * The nicks under which this bridge is or was on a network, across restarts. Lines by them are our own: they are never
 * bridged back, and in a channel's history they tell what became of what we sent.
 */
export class OwnNicks {
  readonly #host: BridgeHost
  readonly #key: string
  readonly #fold: (nick: string) => string
  readonly #zombieMs: number
  #holdings: Holding[] = []

  constructor(host: BridgeHost, network: string, options: { fold: (nick: string) => string; zombieMs: number }) {
    this.#host = host
    this.#key = `nicks/${network}`
    this.#fold = options.fold
    this.#zombieMs = options.zombieMs
  }

  /** Reads what the last process left; whatever it held is lost by now, and not yet known to be gone. */
  async load(): Promise<void> {
    const stored = await this.#host.store.get(this.#key)
    const now = this.#host.now()
    this.#holdings = (Array.isArray(stored) ? stored : []).flatMap((value) => readHolding(value, now))
  }

  /** Durable before anything is sent under the nick. */
  async take(nick: string, connection: string, address = ''): Promise<void> {
    const now = this.#host.now()
    for (const holding of this.#holdings) {
      if (holding.connection === connection && holding.lostMs === undefined) holding.lostMs = holding.goneMs = now
      // Nobody else can have it: whoever held it is gone.
      if (this.#isSame(holding.nick, nick)) {
        holding.lostMs ??= now
        holding.goneMs ??= now
      }
    }
    this.#holdings = [
      ...this.#holdings.slice(-kept),
      { nick, connection, address, fromMs: now, lostMs: undefined, goneMs: undefined },
    ]
    await this.#save()
  }

  async lose(connection: string, isClean: boolean): Promise<void> {
    const now = this.#host.now()
    for (const holding of this.#holdings) {
      if (holding.connection !== connection || holding.lostMs !== undefined) continue
      holding.lostMs = now
      if (isClean) holding.goneMs = now
    }
    await this.#save()
  }

  /** Somebody was seen leaving the network or giving up that nick. */
  noteGone(nick: string): void {
    for (const holding of this.#holdings) {
      if (holding.lostMs !== undefined && this.#isSame(holding.nick, nick)) holding.goneMs ??= this.#host.now()
    }
  }

  /**
   * Is that nick one of ours now, or a lost connection of ours that the network still shows? Where the address is known it
   * tells such a connection from somebody who took the nick after it.
   */
  isOurs(nick: string, address = ''): boolean {
    const now = this.#host.now()
    return this.#holdings.some(
      ({ nick: held, lostMs, goneMs, address: own }) =>
        this.#isSame(held, nick) &&
        (lostMs === undefined ||
          (isAddressLike(own, address) && goneMs === undefined && now - lostMs < this.#zombieMs)),
    )
  }

  wasOurs(nick: string, atMs: number): boolean {
    return this.#holdings.some(
      ({ nick: held, fromMs, lostMs, goneMs }) =>
        this.#isSame(held, nick) &&
        fromMs - slackMs <= atMs &&
        (lostMs === undefined || atMs <= (goneMs ?? lostMs + this.#zombieMs) + slackMs),
    )
  }

  /** The connection that holds a nick now. */
  holderOf(nick: string): string | undefined {
    return this.#holdings.find((one) => one.lostMs === undefined && this.#isSame(one.nick, nick))?.connection
  }

  /** Nicks of lost connections that may still be on the network and were ours at that time. */
  zombiesOf(connection: string, atMs: number): string[] {
    const zombies = this.#holdings.filter(
      (one) =>
        one.connection === connection &&
        one.lostMs !== undefined &&
        one.goneMs === undefined &&
        one.fromMs - slackMs <= atMs &&
        one.lostMs + slackMs >= atMs,
    )
    return zombies.map(({ nick }) => nick)
  }

  #isSame(a: string, b: string): boolean {
    return this.#fold(a) === this.#fold(b)
  }

  async #save(): Promise<void> {
    await this.#host.store.set(
      this.#key,
      this.#holdings.map(({ nick, connection, address, fromMs, lostMs, goneMs }) => ({
        nick,
        connection,
        address,
        fromMs,
        lostMs: lostMs ?? null,
        goneMs: goneMs ?? null,
      })),
    )
  }
}

function readHolding(value: JsonValue, now: number): Holding[] {
  if (!isJsonObject(value)) return []
  const { nick, connection, address, fromMs, lostMs, goneMs } = value
  if (typeof nick !== 'string' || typeof connection !== 'string' || typeof fromMs !== 'number') return []
  return [
    {
      nick,
      connection,
      address: typeof address === 'string' ? address : '',
      fromMs,
      lostMs: typeof lostMs === 'number' ? lostMs : now,
      goneMs: typeof goneMs === 'number' ? goneMs : undefined,
    },
  ]
}

/** False only when both user names are known and differ; hosts change when a network hides them. */
function isAddressLike(own: string, seen: string): boolean {
  const [ownUser = ''] = own.split('@')
  const [seenUser = ''] = seen.split('@')
  return ownUser === '' || seenUser === '' || ownUser === seenUser
}
