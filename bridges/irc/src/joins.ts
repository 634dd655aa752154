import type { BridgeError } from '@pons/core'
import { backoffMs } from './protocol/backoff.ts'
import type { Clock } from './protocol/clock.ts'
import type { Session } from './protocol/session.ts'
import { refusalError } from './refusals.ts'

/** wanted → joining → joined (names are complete and history has been taken in), or refused. */
type JoinState = 'waiting' | 'joining' | 'joined' | 'refused'

interface Join {
  name: string
  key: string | undefined
  state: JoinState
  refusal: BridgeError | undefined
  refusals: number
  cancelRetry: (() => void) | undefined
  readonly waiters: Set<(error?: BridgeError) => void>
}

export interface JoinsOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly session: () => Session | undefined
  /** Folds by the rules of the network as they are known now. */
  readonly fold: (name: string) => string
  readonly rejoinMs: number
  readonly longestRetryMs: number
}

const channelsPerLine = 8
const channelBytesPerLine = 380

/** The channels one connection should be in, and how far it got. */
export class Joins {
  readonly #options: JoinsOptions
  readonly #joins = new Map<string, Join>()
  readonly #forwards = new Map<string, string>()

  constructor(options: JoinsOptions) {
    this.#options = options
  }

  /** Wants a channel from now on. */
  want(name: string, key?: string): void {
    const folded = this.#options.fold(name)
    const known = this.#joins.get(folded)
    if (known) {
      if (key !== undefined) known.key = key
      // Somebody asks anew: what refused us may have changed.
      if (known.state === 'refused') this.#ask(known)
      return
    }
    const join: Join = {
      name,
      key,
      state: 'waiting',
      refusal: undefined,
      refusals: 0,
      cancelRetry: undefined,
      waiters: new Set(),
    }
    this.#joins.set(folded, join)
    this.#ask(join)
  }

  /** Wants a channel no more. Does not leave it. */
  forget(name: string): void {
    const folded = this.#options.fold(name)
    this.#joins.get(folded)?.cancelRetry?.()
    this.#joins.delete(folded)
  }

  isWanted(name: string): boolean {
    return this.#joins.has(this.#options.fold(name))
  }

  isJoined(name: string): boolean {
    return this.#joins.get(this.#options.fold(name))?.state === 'joined'
  }

  /** Resolves when we are in, with the history taken in; rejects when the network refuses. Waits while there is no connection. */
  whenJoined(name: string, signal?: AbortSignal): Promise<void> {
    const join = this.#joins.get(this.#options.fold(name))
    if (join?.state === 'joined') return Promise.resolve()
    if (!join) return Promise.reject(refusalError('442', name, ''))
    if (join.state === 'refused' && join.refusal) return Promise.reject(join.refusal)
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        join.waiters.delete(done)
        signal?.removeEventListener('abort', abort)
      }
      const done = (error?: BridgeError): void => {
        stop()
        if (error) reject(error)
        else resolve()
      }
      const abort = (): void => {
        stop()
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
      if (signal?.aborted) return abort()
      signal?.addEventListener('abort', abort, { once: true })
      join.waiters.add(done)
    })
  }

  /** A new session: all channels are asked for again, several in a line. */
  startSession(): void {
    const session = this.#options.session()
    const plain: Join[] = []
    for (const join of this.#joins.values()) {
      join.cancelRetry?.()
      join.state = 'joining'
      if (join.key === undefined) plain.push(join)
      else session?.write('JOIN', [join.name, join.key], 'join')
    }
    for (let names: string[] = []; plain.length > 0 || names.length > 0;) {
      const next = plain[0]
      const isFull = names.length >= channelsPerLine || names.join(',').length > channelBytesPerLine
      if (next && !isFull) names.push(plain.shift()?.name ?? '')
      else {
        session?.write('JOIN', [names.join(',')], 'join')
        names = []
      }
    }
  }

  endSession(): void {
    for (const join of this.#joins.values()) {
      join.cancelRetry?.()
      join.state = 'waiting'
    }
  }

  /** The server let us in and everything about the channel has been taken in. */
  markJoined(name: string): void {
    const join = this.#joins.get(this.#options.fold(name))
    if (!join) return
    Object.assign(join, { state: 'joined', refusal: undefined, refusals: 0 })
    for (const waiter of join.waiters) waiter()
  }

  /** Returns true when this is news. The channel is asked for again after a pause. */
  markRefused(name: string, code: string, words: string): boolean {
    const join = this.#joins.get(this.#options.fold(name))
    if (!join || join.state === 'joined') return false
    const refusal = refusalError(code, join.name, words)
    const isNews = join.refusal?.message !== refusal.message
    const { rejoinMs, longestRetryMs, random } = this.#options
    const pauseMs = backoffMs(join.refusals, { firstMs: rejoinMs, longestMs: longestRetryMs }, random)
    Object.assign(join, { state: 'refused', refusal, refusals: join.refusals + 1 })
    this.#askLater(join, pauseMs)
    for (const waiter of join.waiters) waiter(refusal)
    return isNews
  }

  refusalOf(name: string): BridgeError | undefined {
    return this.#joins.get(this.#options.fold(name))?.refusal
  }

  /** Asking for one channel brought us into another. */
  noteForward(asked: string, given: string): void {
    this.#forwards.set(this.#options.fold(asked), given)
  }

  forwardOf(name: string): string | undefined {
    return this.#forwards.get(this.#options.fold(name))
  }

  /** We were put out. */
  markKicked(name: string): void {
    const join = this.#joins.get(this.#options.fold(name))
    if (!join) return
    join.state = 'waiting'
    this.#askLater(join, this.#options.rejoinMs)
  }

  stop(): void {
    for (const join of this.#joins.values()) join.cancelRetry?.()
  }

  #ask(join: Join): void {
    const session = this.#options.session()
    if (!session?.isReady) {
      join.state = 'waiting'
      return
    }
    join.state = 'joining'
    session.write('JOIN', join.key === undefined ? [join.name] : [join.name, join.key], 'join')
  }

  #askLater(join: Join, pauseMs: number): void {
    join.cancelRetry?.()
    join.cancelRetry = this.#options.clock.schedule(() => this.#ask(join), pauseMs)
  }
}
