import { backoffMs, type BackoffOptions } from './backoff.ts'
import type { Channel } from './channels.ts'
import type { Clock } from './clock.ts'
import type { DialGate } from './dial-gate.ts'
import type { IrcLine } from './line.ts'
import type { SessionEnd } from './session-end.ts'
import type { ConnectionSettings } from './session-settings.ts'
import { Session } from './session.ts'

export interface ReconnectOptions extends BackoffOptions {
  /** The least pause after a server said that we come too often. */
  readonly throttledMs: number
  /** The least pause after a ban or a refused login. */
  readonly refusedMs: number
  /** A connection that lived so long makes the pauses short again. */
  readonly stableMs: number
  /** After so long without being let in no more is tried; undefined: it is tried for ever. */
  readonly giveUpMs?: number
}

interface ConnectionEvents {
  onDialling(): void
  onReady(session: Session): void
  onLine(line: IrcLine, channels: readonly Channel[], session: Session): void
  /** `session` was ready before or not; `retryInMs` is the pause until the next try, undefined where that was the last. */
  onEnd(end: SessionEnd, session: Session, retryInMs: number | undefined): void
  onBadLine(error: unknown): void
}

export interface ConnectionOptions {
  /** Asked anew before each try. */
  readonly settings: () => ConnectionSettings
  readonly reconnect: ReconnectOptions
  readonly events: ConnectionEvents
  /** Limits how many are being made at once. */
  readonly dials?: DialGate
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random?: () => number
}

/** Keeps a session to one server alive until it is stopped, or given up. */
export class IrcConnection {
  readonly #options: ConnectionOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #waiters = new Set<(session: Session | undefined) => void>()
  #session: Session | undefined
  #cancelRetry: (() => void) | undefined
  #attempt = 0
  #isRunning = false
  #wasStopped = false
  #failingSinceMs: number | undefined
  #onStopped: (() => void) | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#random = options.random ?? Math.random
  }

  /** The session, while it is registered and ready to talk. */
  get ready(): Session | undefined {
    return this.#session?.isReady ? this.#session : undefined
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** True in the pause between two tries. */
  get isResting(): boolean {
    return this.#isRunning && this.#cancelRetry !== undefined
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#wasStopped = false
    this.#dial()
  }

  /** Says goodbye and resolves once the socket is closed. */
  async stop(farewell: string): Promise<void> {
    this.#wasStopped = true
    if (!this.#isRunning) return this.#wake(undefined)
    this.#isRunning = false
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    const session = this.#session
    if (session && !session.isEnded) {
      await new Promise<void>((resolve) => {
        this.#onStopped = resolve
        session.end('stopped', farewell)
      })
    }
    this.#wake(undefined)
  }

  /** Ends the present session, or the pause before the next, and dials at once. */
  reconnect(reason: string): void {
    if (!this.#isRunning) return this.start()
    this.#attempt = 0
    if (this.#cancelRetry) {
      this.#cancelRetry()
      this.#dial()
    } else this.#session?.end('lost', reason)
  }

  /**
   * The ready session; waits for it, also before the first `start`: what an earlier run left to be done may come before that.
   * undefined once the connection was stopped. Rejects when the signal aborts.
   */
  whenReady(signal?: AbortSignal): Promise<Session | undefined> {
    if (this.ready || this.#wasStopped) return Promise.resolve(this.ready)
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.delete(done)
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
      const done = (session: Session | undefined): void => {
        signal?.removeEventListener('abort', abort)
        resolve(session)
      }
      if (signal?.aborted) return abort()
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiters.add(done)
    })
  }

  #dial(): void {
    this.#cancelRetry = undefined
    const { events, dials } = this.#options
    this.#failingSinceMs ??= this.#clock.now()
    events.onDialling()
    let leave: (() => void) | undefined
    const session = new Session(
      this.#options.settings(),
      {
        onReady: (ready) => {
          leave?.()
          this.#failingSinceMs = undefined
          events.onReady(ready)
          this.#wake(ready)
        },
        onLine: (line, channels, from) => events.onLine(line, channels, from),
        onEnd: (end, ended) => {
          leave?.()
          this.#ended(end, ended)
        },
        onBadLine: (error) => events.onBadLine(error),
      },
      this.#clock,
      this.#random,
    )
    this.#session = session
    if (dials === undefined) session.dial()
    else leave = dials.enter(() => session.dial())
  }

  #ended(end: SessionEnd, session: Session): void {
    const { reconnect, events } = this.#options
    if (end.readyForMs >= reconnect.stableMs) this.#attempt = 0
    const least = end.kind === 'throttled' ? reconnect.throttledMs : isRefusal(end) ? reconnect.refusedMs : 0
    const pauseMs = Math.max(backoffMs(this.#attempt++, reconnect, this.#random), least)
    const failingMs = this.#failingSinceMs === undefined ? 0 : this.#clock.now() - this.#failingSinceMs
    const isGivenUp = this.#isRunning && reconnect.giveUpMs !== undefined && failingMs >= reconnect.giveUpMs
    if (isGivenUp) {
      this.#isRunning = false
      this.#failingSinceMs = undefined
    }
    if (this.#isRunning) this.#cancelRetry = this.#clock.schedule(() => this.#dial(), pauseMs)
    events.onEnd(end, session, isGivenUp ? undefined : pauseMs)
    if (isGivenUp) this.#wake(undefined)
    this.#onStopped?.()
  }

  #wake(session: Session | undefined): void {
    for (const waiter of this.#waiters) waiter(session)
    this.#waiters.clear()
  }
}

function isRefusal(end: SessionEnd): boolean {
  return end.kind === 'banned' || end.kind === 'bad-credentials'
}
