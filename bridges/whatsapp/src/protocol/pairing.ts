import type { Logger } from 'pino'
import { AuthState, credsKey, signalPrefix, type AuthRows, type KeptWrite } from './auth-state.ts'
import type { Egress } from './egress.ts'
import { openSocket, type Socket } from './open-socket.ts'
import type { SocketServer } from './socket-server.ts'
import type { SocketEvents } from './socket-events.ts'

export type PairingNews =
  | { readonly kind: 'qr'; readonly qr: string }
  | { readonly kind: 'paired' }
  /** Why, as far as the library knows; had anything come from WhatsApp before? */
  | { readonly kind: 'closed'; readonly error: unknown; readonly wasReached: boolean }

const nobody = 'pairing'
const farewellMs = 10_000
/** For a server that takes the connection and says nothing. */
const patienceMs = 30_000

interface PairingParts {
  readonly logger: Logger
  readonly fetchOptions: RequestInit
  readonly egress: Egress
  readonly patienceMs?: number
}

/** A connection of a device that is linked to no account yet; its keys stay in memory until it is. */
export class Pairing {
  readonly #rows = new Map<string, string | true>()
  readonly #auth: AuthState
  readonly #socket: Socket
  readonly #news: PairingNews[] = []
  #wake: (() => void) | undefined
  #isPaired = false
  #hasClosed = false
  #hasCode = false
  #wasReached = false
  readonly #patience: NodeJS.Timeout
  #farewell: NodeJS.Timeout | undefined

  constructor(parts: PairingParts, server: SocketServer | undefined, signal: AbortSignal) {
    const { logger, fetchOptions, egress } = parts
    this.#auth = new AuthState(memoryRows(this.#rows), nobody)
    this.#socket = openSocket({ auth: this.#auth, logger, server, fetchOptions, egress })
    this.#socket.ev.process((events) => this.#take(events))
    this.#patience = setTimeout(() => this.#close(new Error('timed out')), parts.patienceMs ?? patienceMs)
    signal.addEventListener('abort', () => this.#close(undefined))
  }

  /** What comes next; waited for. */
  async next(): Promise<PairingNews> {
    for (;;) {
      const news = this.#news.shift()
      if (news !== undefined) return news
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** A code of eight characters for that number, once. */
  async codeFor(phone: string): Promise<string | undefined> {
    if (this.#hasCode) return undefined
    this.#hasCode = true
    try {
      const code = await this.#socket.requestPairingCode(phone)
      return `${code.slice(0, 4)}-${code.slice(4)}`
    } catch (error) {
      this.#close(error)
      return undefined
    }
  }

  /** Whose device it has become. */
  account(): { readonly id: string | undefined; readonly lid: string | undefined; readonly name: string | undefined } {
    const { id, lid, name } = this.#auth.creds.me ?? {}
    return { id, lid, name }
  }

  /** The credentials and keys, under the login that they are from now on. */
  writesFor(login: string): KeptWrite[] {
    const moved = [...this.#rows].filter(([key]) => key !== credsKey(nobody))
    return [
      { key: credsKey(login), value: this.#auth.credsWrite().value },
      ...moved.map(([key, value]) => ({ key: signalPrefix(login) + key.slice(signalPrefix(nobody).length), value })),
    ]
  }

  async end(): Promise<void> {
    this.#stopTimers()
    this.#hasClosed = true
    await this.#socket.end(undefined)
  }

  #take(events: SocketEvents): void {
    const update = events['connection.update']
    if (update?.qr !== undefined) {
      clearTimeout(this.#patience)
      this.#wasReached = true
      this.#tell({ kind: 'qr', qr: update.qr })
    }
    if (update?.isNewLogin === true) {
      this.#isPaired = true
      // The server ends the connection once it has our signature; should it not, the device is linked all the same.
      this.#farewell = setTimeout(() => this.#close(undefined), farewellMs)
    }
    if (update?.connection === 'close') this.#close(update.lastDisconnect?.error)
  }

  #close(error: unknown): void {
    if (this.#hasClosed) return
    this.#hasClosed = true
    this.#stopTimers()
    this.#tell(this.#isPaired ? { kind: 'paired' } : { kind: 'closed', error, wasReached: this.#wasReached })
  }

  #stopTimers(): void {
    clearTimeout(this.#patience)
    clearTimeout(this.#farewell)
  }

  #tell(news: PairingNews): void {
    this.#news.push(news)
    this.#wake?.()
  }
}

function memoryRows(rows: Map<string, string | true>): AuthRows {
  return {
    get: (key) => Promise.resolve(rows.get(key)),
    getMany: (keys) =>
      Promise.resolve(
        new Map(
          keys.flatMap((key): [string, string | true][] => {
            const value = rows.get(key)
            return value === undefined ? [] : [[key, value]]
          }),
        ),
      ),
    write: (writes) => {
      for (const { key, value } of writes) {
        if (value === undefined) rows.delete(key)
        else rows.set(key, value)
      }
      return Promise.resolve()
    },
  }
}
