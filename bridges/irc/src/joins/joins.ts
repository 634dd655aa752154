import { BridgeError } from '@pons/core'
import { backoffMs } from '../protocol/backoff.ts'
import { byteLength } from '../protocol/line.ts'
import { refusalError } from '../refusals.ts'
import { joinLines } from './join-lines.ts'
import { newJoin, type Join } from './join.ts'
import type { JoinsOptions } from './joins-options.ts'
import { keyFor } from './key-for.ts'
import { waitForJoin } from './wait-for-join.ts'

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
      // A key that a stranger names takes the place of none that works.
      if (known.state !== 'joined' && keyFor(known) === undefined) known.tried = key
      if (known.state !== 'refused') return
      // Somebody asks anew: what refused us may have changed.
      known.tried = key
      this.#ask(known)
      return
    }
    const join = newJoin(name, key)
    this.#joins.set(folded, join)
    this.#ask(join)
  }

  /** Wants a channel no more. Does not leave it. */
  forget(name: string): void {
    const folded = this.#options.fold(name)
    this.#joins.get(folded)?.cancelRetry?.()
    this.#joins.delete(folded)
  }

  /** The same channel, and whoever waits for it, under another name. */
  rename(from: string, to: string): void {
    const join = this.#joins.get(this.#options.fold(from))
    if (!join) return
    this.#joins.delete(this.#options.fold(from))
    join.name = to
    this.#joins.set(this.#options.fold(to), join)
  }

  /** Are there no channels at all? */
  get isEmpty(): boolean {
    return this.#joins.size === 0
  }

  names(): readonly string[] {
    return [...this.#joins.values()].map(({ name }) => name)
  }

  /** The channel's key was changed while we were in it; undefined: it has none, or we are not shown it. */
  learnKey(name: string, key: string | undefined): void {
    const join = this.#joins.get(this.#options.fold(name))
    if (join?.state === 'joined') join.key = key === '' || key === '*' || key === '<key>' ? undefined : key
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
    return waitForJoin(join, signal)
  }

  /** A new session: all channels are asked for again, several in a line, but those that the server has put us into by itself. */
  startSession(): void {
    const session = this.#options.session()
    const plain: string[] = []
    for (const join of this.#joins.values()) {
      join.cancelRetry?.()
      if (this.#isThere(join) || this.#isRefusedHere(join)) continue
      join.state = 'joining'
      const key = keyFor(join)
      if (key === undefined) plain.push(join.name)
      else session?.write('JOIN', [join.name, key], 'join')
    }
    for (const names of joinLines(plain, session?.features.joinTargets ?? 1)) session?.write('JOIN', [names], 'join')
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
    Object.assign(join, { state: 'joined', refusal: undefined, refusals: 0, key: keyFor(join), tried: undefined })
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
    Object.assign(join, { state: 'refused', refusal, refusals: join.refusals + 1, tried: undefined })
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

  /** Nobody waits for an answer that does not come any more. */
  stop(): void {
    const stopping = new BridgeError('The bridge is stopping. Try again.', { isRetryable: true })
    for (const join of this.#joins.values()) {
      join.cancelRetry?.()
      for (const waiter of join.waiters) waiter(stopping)
    }
  }

  #ask(join: Join): void {
    const session = this.#options.session()
    if (!session?.isReady) {
      join.state = 'waiting'
      return
    }
    if (this.#isThere(join) || this.#isRefusedHere(join)) return
    join.state = 'joining'
    const key = keyFor(join)
    session.write('JOIN', key === undefined ? [join.name] : [join.name, key], 'join')
  }

  /** A server answers nothing to who asks for a channel that they are in. */
  #isThere(join: Join): boolean {
    const where = this.#options.whereIn(join.name)
    if (where === 'out') return false
    if (where === 'in') this.markJoined(join.name)
    else join.state = 'joining'
    return true
  }

  /** A server that cuts names would let us into a channel that nobody asked for, and never into this one. */
  #isRefusedHere({ name }: Join): boolean {
    const max = this.#options.session()?.features.channelLength ?? Infinity
    if (byteLength(name) <= max) return false
    this.markRefused(name, '479', `names have ${max} characters at most here`)
    return true
  }

  #askLater(join: Join, pauseMs: number): void {
    join.cancelRetry?.()
    join.cancelRetry = this.#options.clock.schedule(() => this.#ask(join), pauseMs)
  }
}
