import type { RemoteEvent } from '@pons/core'
import type { Clock } from '@pons/matrix'

/** Makes, when its turn has come, the event that a line asks for; undefined when there is nothing to store. */
export type Work = () => Promise<RemoteEvent | undefined>

interface Piece {
  readonly work: Work
  /** It is stored, or never will be. */
  readonly onDone?: () => void
}

interface Lane {
  readonly waiting: Piece[]
  /** What has come since it was held; undefined while it is not. */
  heldBack: Work[] | undefined
  isRunning: boolean
}

export interface ChatLanesOptions {
  readonly clock: Clock
  /** More waiting pieces than this, and reading is to stop. */
  readonly maxPending: number
  readonly onPressure: (isHigh: boolean) => void
  readonly onError: (error: unknown) => void
  /** All of them or none; in this order. */
  readonly store: (events: readonly RemoteEvent[]) => Promise<void>
}

const longestRetryMs = 30_000
/** What came while the last was being stored goes together, up to so many. */
const maxTogether = 64

/**
 * Stores what lines ask for, in order for each chat, so that nothing read later is stored earlier. What fails is tried again
 * and again: what is behind it waits, and when too much waits, reading stops.
 */
export class ChatLanes {
  readonly #options: ChatLanesOptions
  readonly #lanes = new Map<string, Lane>()
  #pending = 0
  #isHigh = false
  #isStopped = false
  #idleWaiters: (() => void)[] = []

  constructor(options: ChatLanesOptions) {
    this.#options = options
  }

  push(chat: string, work: Work): void {
    if (this.#isStopped) return
    const lane = this.#lane(chat)
    if (lane.heldBack) lane.heldBack.push(work)
    else this.#add(chat, lane, [{ work }])
  }

  /** Keeps back what is pushed from now on, until `release`. What waits already is done. */
  hold(chat: string): void {
    this.#lane(chat).heldBack ??= []
  }

  /** Does these before what is kept back; resolves when they, and what was before them, are stored, or never will be. */
  async insert(chat: string, works: readonly Work[]): Promise<void> {
    const last = works.at(-1)
    if (this.#isStopped || last === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const pieces = works.slice(0, -1).map((work): Piece => ({ work }))
    this.#add(chat, this.#lane(chat), [...pieces, { work: last, onDone: resolve }])
    await promise
  }

  /** Does `first`, and then what was kept back. */
  release(chat: string, first: readonly Work[] = []): void {
    const lane = this.#lane(chat)
    const { heldBack = [] } = lane
    lane.heldBack = undefined
    const pieces = [...first, ...heldBack].map((work) => ({ work }))
    this.#add(chat, lane, pieces)
  }

  /** Forgets what was kept back: it stands in a history that is read again, in its place. */
  drop(chat: string): void {
    const lane = this.#lane(chat)
    lane.heldBack = undefined
    this.#add(chat, lane, [])
  }

  /** Resolves when all that was pushed (and is not held) is done. */
  async settled(): Promise<void> {
    if (this.#pending > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Drops what has not begun. */
  stop(): void {
    this.#isStopped = true
    for (const lane of this.#lanes.values()) {
      for (const { onDone } of lane.waiting.splice(0)) onDone?.()
      if (lane.heldBack) lane.heldBack.length = 0
    }
    this.#pending = 0
    this.#wakeIdle()
  }

  #lane(chat: string): Lane {
    const lane = this.#lanes.get(chat) ?? { waiting: [], heldBack: undefined, isRunning: false }
    this.#lanes.set(chat, lane)
    return lane
  }

  #add(chat: string, lane: Lane, pieces: readonly Piece[]): void {
    if (this.#isStopped) return
    lane.waiting.push(...pieces)
    this.#count(pieces.length)
    if (!lane.isRunning) void this.#drain(chat, lane)
  }

  async #drain(chat: string, lane: Lane): Promise<void> {
    lane.isRunning = true
    while (!this.#isStopped) {
      const pieces = lane.waiting.splice(0, maxTogether)
      if (pieces.length === 0) break
      const events: RemoteEvent[] = []
      for (const { work } of pieces) {
        const event = await this.#insist(work)
        if (event !== undefined) events.push(event)
      }
      if (events.length > 0) await this.#insist(() => this.#options.store(events))
      for (const { onDone } of pieces) onDone?.()
      this.#count(-pieces.length)
    }
    lane.isRunning = false
    if (lane.waiting.length === 0 && lane.heldBack === undefined) this.#lanes.delete(chat)
  }

  /** undefined when stopped before it could be done. */
  async #insist<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = 500; !this.#isStopped; pauseMs = Math.min(longestRetryMs, pauseMs * 2)) {
      try {
        return await work()
      } catch (error) {
        this.#options.onError(error)
        await new Promise<void>((resolve) => this.#options.clock.schedule(resolve, pauseMs))
      }
    }
    return undefined
  }

  #count(change: number): void {
    this.#pending = Math.max(0, this.#pending + change)
    const { maxPending, onPressure } = this.#options
    if (!this.#isHigh && this.#pending > maxPending) onPressure((this.#isHigh = true))
    else if (this.#isHigh && this.#pending <= maxPending / 2) onPressure((this.#isHigh = false))
    if (this.#pending === 0) this.#wakeIdle()
  }

  #wakeIdle(): void {
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }
}
