import { codeOf, pauseMs, verdictOn, type Verdict } from './disconnect.ts'
import type { Socket } from './open-socket.ts'
import type { SocketEvents } from './socket-events.ts'

/** What is done on a connection, and who is told of it. */
export interface ConnectionHandler {
  /** Runs before each dialling: what an earlier connection has left is dealt with first. */
  readonly prepare: () => Promise<void>
  readonly dial: () => Socket
  readonly onEvents: (events: SocketEvents) => void
  readonly onOpen: () => void
  /** A pause follows, or nothing does. */
  readonly onClosed: (verdict: Verdict, pauseMs: number) => void
  readonly onError: (error: unknown) => void
  /** Was the login ever good? The server is said to refuse a new one now and then. */
  readonly wasOpen: () => boolean
}

export interface Timing {
  /** For a connection that never opens. */
  readonly patienceMs: number
  readonly pauseMs: (failures: number) => number
}

const usual: Timing = { patienceMs: 60_000, pauseMs }

/**
 * One connection after another, for as long as the login is good. A socket that has closed is finished: each connection is a
 * new one.
 */
export class Connection {
  readonly #timing: Timing
  readonly #waiting = new Set<(socket: Socket | undefined) => void>()
  #socket: Socket | undefined
  #isOpen = false
  #hasEnded = false
  #failures = 0
  #refusals = 0
  #timer: NodeJS.Timeout | undefined

  constructor(timing: Timing = usual) {
    this.#timing = timing
  }

  start(handler: ConnectionHandler): void {
    this.#dial(handler).catch((error: unknown) => this.#failed(handler, error))
  }

  async stop(): Promise<void> {
    this.#hasEnded = true
    clearTimeout(this.#timer)
    for (const tell of this.#waiting) tell(undefined)
    this.#waiting.clear()
    const socket = this.#socket
    this.#socket = undefined
    this.#isOpen = false
    await socket?.end(undefined)
  }

  /** Tells the server that the device is to be forgotten. */
  async logOut(): Promise<void> {
    await this.current?.logout()
  }

  /** Makes the library say what it has gathered to say. */
  flush(): void {
    this.current?.ev.flush()
  }

  /** The socket, while it is open. */
  get current(): Socket | undefined {
    return this.#isOpen ? this.#socket : undefined
  }

  /** The socket, once it is open; undefined when it will not be, or the signal is aborted. */
  async opened(signal?: AbortSignal): Promise<Socket | undefined> {
    if (this.current !== undefined) return this.current
    if (this.#hasEnded || signal?.aborted === true) return undefined
    return await new Promise((resolve) => {
      const tell = (socket: Socket | undefined): void => {
        this.#waiting.delete(tell)
        signal?.removeEventListener('abort', giveUp)
        resolve(socket)
      }
      const giveUp = (): void => tell(undefined)
      this.#waiting.add(tell)
      signal?.addEventListener('abort', giveUp)
    })
  }

  async #dial(handler: ConnectionHandler): Promise<void> {
    await handler.prepare()
    if (this.#hasEnded) return
    const socket = handler.dial()
    this.#socket = socket
    this.#timer = setTimeout(
      () => this.#close(handler, socket, { do: 'reconnect', isAtOnce: false, message: unreachable }),
      this.#timing.patienceMs,
    )
    socket.ev.process((events) => {
      if (this.#socket !== socket) return
      handler.onEvents(events)
      const update = events['connection.update']
      if (update?.connection === 'open') this.#open(handler, socket)
      if (update?.connection !== 'close') return
      this.#close(handler, socket, this.#verdict(handler, codeOf(update.lastDisconnect?.error)))
    })
  }

  #open(handler: ConnectionHandler, socket: Socket): void {
    clearTimeout(this.#timer)
    this.#failures = 0
    this.#isOpen = true
    handler.onOpen()
    for (const tell of this.#waiting) tell(socket)
  }

  /** Reports exist of a refusal right after pairing that is none. */
  #verdict(handler: ConnectionHandler, code: number | undefined): Verdict {
    const verdict = verdictOn(code)
    if (verdict.do !== 'log-in-again' || handler.wasOpen() || this.#refusals > 0) return verdict
    this.#refusals++
    return { do: 'reconnect', isAtOnce: false, message: verdict.message }
  }

  #close(handler: ConnectionHandler, socket: Socket, verdict: Verdict): void {
    if (this.#hasEnded || this.#socket !== socket) return
    clearTimeout(this.#timer)
    this.#socket = undefined
    this.#isOpen = false
    void socket.end(undefined).catch(handler.onError)
    if (verdict.do !== 'reconnect') {
      this.#hasEnded = true
      for (const tell of this.#waiting) tell(undefined)
      return handler.onClosed(verdict, 0)
    }
    const delayMs = verdict.isAtOnce ? 0 : this.#timing.pauseMs(this.#failures++)
    handler.onClosed(verdict, delayMs)
    this.#again(handler, delayMs)
  }

  #failed(handler: ConnectionHandler, error: unknown): void {
    handler.onError(error)
    this.#again(handler, this.#timing.pauseMs(this.#failures++))
  }

  #again(handler: ConnectionHandler, delayMs: number): void {
    if (this.#hasEnded) return
    this.#timer = setTimeout(() => this.start(handler), delayMs)
  }
}

const unreachable = 'WhatsApp cannot be reached; trying again'
