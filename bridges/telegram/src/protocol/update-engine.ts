import { Api } from 'telegram'
import { boxOf, countedOf, itemsOf, type Box, type Counted } from './counted.ts'
import type { PeerKey } from './peer-key.ts'
import { Differences, type DifferenceParts } from './differences.ts'
import type { EngineOptions, UpdateItem, UpdateState } from './engine-options.ts'

/** How long a missing update may still be on its way ("Recovering gaps"). */
const gapWaitMs = 500
/** Where every channel begins. */
export const firstPts = 1
/** So long without a word, and it is worth asking. */
const silenceMs = 900_000

/**
 * Takes in updates so that none is lost, doubled or out of turn (core.telegram.org/api/updates): each box counts what happens
 * to it; what comes ahead of its turn waits, what does not come is fetched as a difference.
 */
export class UpdateEngine {
  readonly #options: EngineOptions
  readonly #pts = new Map<Box, number>()
  readonly #early = new Map<Box, Counted[]>()
  readonly #fetching = new Map<Box, Promise<void>>()
  /** Channels of which is being asked what they were before. */
  readonly #met = new Set<Box>()
  readonly #timers = new Map<Box, NodeJS.Timeout>()
  readonly #differences: Differences
  #state: UpdateState = { pts: 0, qts: 0, date: 0 }
  #waiting: { items: UpdateItem[]; hasCommon: boolean; channels: Map<Box, number> } = nothing()
  #committing: Promise<void> | undefined
  #silence: NodeJS.Timeout | undefined
  #isRunning = false

  constructor(options: EngineOptions) {
    this.#options = options
    this.#differences = new Differences(options)
    options.signal.addEventListener('abort', () => this.#stop())
  }

  /** Goes on from where the account stood; without a state it begins here and now. Resolves when what was missed is in. */
  async start(state: UpdateState | undefined, channels: ReadonlyMap<Box, number>): Promise<void> {
    for (const [box, pts] of channels) this.#pts.set(box, pts)
    if (state === undefined) {
      const { pts, qts, date } = await this.#options.call(new Api.updates.GetState())
      this.#reach('', pts, { pts, qts, date })
      this.#pts.set('', pts)
    } else {
      this.#state = state
      this.#pts.set('', state.pts)
    }
    this.#isRunning = true
    await this.resync()
  }

  /** Asks for whatever may have been missed: after a reconnect, after a long silence. */
  async resync(): Promise<void> {
    if (!this.#isRunning) return
    this.#listenForSilence()
    await Promise.all([...this.#pts.keys()].map((box) => this.#fetch(box)))
    await this.settled()
  }

  /** Resolves when everything taken in so far is durable. */
  async settled(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing
  }

  /** A channel that an account finds among its dialogs stands where the dialog says. */
  seed(box: Box, pts: number): void {
    if (!this.#pts.has(box)) this.#reach(box, pts)
  }

  /**
   * A channel that came into being just now is counted from its beginning, and what happened there so far is fetched. False
   * where it is counted already.
   */
  begin(box: Box): boolean {
    if (this.#pts.has(box)) return false
    this.#pts.set(box, firstPts)
    this.#ask(box)
    return true
  }

  /** Every object that comes from the network, in the order of the wire. */
  feed(object: unknown): void {
    if (!this.#isRunning) return
    this.#listenForSilence()
    if (object instanceof Api.UpdatesTooLong) return this.#ask('')
    for (const update of itemsOf(object, this.#options.onSent)) this.#take(update)
  }

  /** What a call of our own did to a box, where its answer says only so much. */
  affected(box: Box, { pts, ptsCount }: { readonly pts: number; readonly ptsCount: number }): void {
    this.#apply({ box, pts, count: ptsCount, update: undefined })
  }

  #take(update: Api.TypeUpdate): void {
    if (update instanceof Api.UpdateChannelTooLong) return this.#ask(boxOf(update.channelId))
    const counted = countedOf(update)
    if (counted !== undefined) return this.#apply(counted)
    this.#waiting.items.push({ update, isLate: false })
    this.#flush()
  }

  /** Told among what the account missed. One that was never met begins with what it says next, or where it was made. */
  #hasChanged({ channelId }: Api.UpdateChannelTooLong): void {
    if (this.#pts.has(boxOf(channelId))) this.#ask(boxOf(channelId))
  }

  #apply(counted: Counted): void {
    const { box, pts, count } = counted
    const have = this.#pts.get(box)
    // The common box has a state before anything is fed.
    if (have === undefined) return box === '' ? undefined : this.#meet(counted)
    if (this.#fetching.has(box)) return this.#hold(counted)
    if (pts <= have && count > 0) return
    if (have + count < pts) {
      this.#hold(counted)
      this.#waitForGap(box)
      return
    }
    this.#accept(counted)
    this.#drain(box)
  }

  /** A channel met for the first time begins with this, or where it was made of a group, if that one had a room here. */
  #meet(counted: Counted): void {
    const { box } = counted
    this.#hold(counted)
    if (this.#met.has(box)) return
    this.#met.add(box)
    void this.#options
      .formerOf(box)
      .catch((error: unknown) => this.#options.onError(error))
      .then((former) => {
        this.#met.delete(box)
        if (!this.#options.signal.aborted) this.#beginMet(box, former ?? undefined)
      })
  }

  #beginMet(box: Box, former: PeerKey | undefined): void {
    const isBegun = this.#pts.has(box)
    if (!isBegun && former !== undefined) {
      this.#waiting.items.push({ update: { className: 'FoundMove', from: former, to: box as PeerKey }, isLate: true })
      this.#reach(box, firstPts)
      return this.#ask(box)
    }
    const [first, ...rest] = (this.#early.get(box) ?? []).toSorted((a, b) => a.pts - b.pts)
    if (!isBegun && first !== undefined) {
      this.#early.set(box, rest)
      this.#accept(first)
    }
    if (!this.#fetching.has(box) && !this.#drain(box)) this.#waitForGap(box)
  }

  #accept({ box, pts, update }: Counted): void {
    if (update !== undefined) this.#waiting.items.push({ update, isLate: false })
    this.#reach(box, pts)
  }

  #hold(counted: Counted): void {
    this.#early.set(counted.box, [...(this.#early.get(counted.box) ?? []), counted])
  }

  #waitForGap(box: Box): void {
    if (this.#timers.has(box)) return
    const timer = setTimeout(() => {
      this.#timers.delete(box)
      if (!this.#drain(box)) this.#ask(box)
    }, gapWaitMs)
    this.#timers.set(box, timer)
  }

  /** Takes what waited for its turn; false where something is still missing. */
  #drain(box: Box): boolean {
    const early = (this.#early.get(box) ?? []).toSorted((a, b) => a.pts - b.pts)
    while (early.length > 0) {
      const have = this.#pts.get(box) ?? 0
      const [next] = early
      if (next === undefined || have + next.count < next.pts) {
        this.#early.set(box, early)
        return false
      }
      early.shift()
      if (next.pts > have) this.#accept(next)
    }
    this.#early.delete(box)
    clearTimeout(this.#timers.get(box))
    this.#timers.delete(box)
    return true
  }

  #ask(box: Box): void {
    this.#fetch(box).catch((error: unknown) => this.#options.onError(error))
  }

  #fetch(box: Box): Promise<void> {
    const running = this.#fetching.get(box)
    if (running !== undefined) return running
    clearTimeout(this.#timers.get(box))
    this.#timers.delete(box)
    const fetching = this.#differences
      .read(
        box,
        () => (box === '' ? this.#state : { ...this.#state, pts: this.#pts.get(box) ?? 0 }),
        (parts) => this.#takeParts(box, parts),
      )
      .finally(() => {
        this.#fetching.delete(box)
        if (!this.#options.signal.aborted && !this.#drain(box)) this.#waitForGap(box)
      })
    this.#fetching.set(box, fetching)
    return fetching
  }

  #takeParts(box: Box, { messages, updates, state, edges = [] }: DifferenceParts): void {
    for (const edge of edges) this.#waiting.items.push({ update: { className: 'FoundEdge', ...edge }, isLate: true })
    for (const message of messages)
      this.#waiting.items.push({ update: { className: 'FoundMessage', message }, isLate: true })
    for (const update of updates) {
      if (update instanceof Api.UpdateMessageID) this.#options.onSent(String(update.randomId), update.id)
      else if (update instanceof Api.UpdateChannelTooLong) this.#hasChanged(update)
      else if (box === '' && countedOf(update) !== undefined && countedOf(update)?.box !== '') this.#take(update)
      else this.#waiting.items.push({ update, isLate: true })
    }
    this.#reach(box, state.pts, box === '' ? state : undefined)
  }

  #reach(box: Box, pts: number, state?: UpdateState): void {
    this.#pts.set(box, pts)
    if (box === '') {
      this.#state = { ...this.#state, ...state, pts }
      this.#waiting.hasCommon = true
    } else {
      this.#waiting.channels.set(box, pts)
    }
    this.#flush()
  }

  /** One batch after another; what comes while one is being stored makes the next. */
  #flush(): void {
    if (this.#committing !== undefined || this.#options.signal.aborted) return
    const committing = this.#commitAll().catch((error: unknown) => {
      // What was not stored is asked for again at the next start.
      if (!this.#options.signal.aborted) throw error
    })
    this.#committing = committing.finally(() => {
      this.#committing = undefined
      // What came between the last look and here found somebody at work, who looks no more.
      if (this.#hasWaiting()) this.#flush()
    })
  }

  #hasWaiting(): boolean {
    const { items, hasCommon, channels } = this.#waiting
    return items.length > 0 || hasCommon || channels.size > 0
  }

  async #commitAll(): Promise<void> {
    // What came with the same packet is taken along.
    await Promise.resolve()
    while (!this.#options.signal.aborted) {
      if (!this.#hasWaiting()) return
      const { items, hasCommon, channels } = this.#waiting
      this.#waiting = nothing()
      await this.#options.commit({ items, channels, ...(hasCommon && { common: this.#state }) })
    }
  }

  #listenForSilence(): void {
    clearTimeout(this.#silence)
    if (this.#options.signal.aborted) return
    this.#silence = setTimeout(() => void this.resync().catch(this.#options.onError), silenceMs)
    this.#silence.unref()
  }

  #stop(): void {
    this.#isRunning = false
    clearTimeout(this.#silence)
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }
}

function nothing(): { items: UpdateItem[]; hasCommon: boolean; channels: Map<Box, number> } {
  return { items: [], hasCommon: false, channels: new Map() }
}
