import { Api } from 'telegram'
import { boxOf, countedOf, itemsOf, type Box, type Counted } from './counted.ts'
import { Differences, type DifferenceParts } from './differences.ts'
import { EarlyUpdates } from './early-updates.ts'
import type { EngineOptions, UpdateState } from './engine-options.ts'
import { firstPts } from './first-pts.ts'
import { MetChannels } from './met-channels.ts'
import type { PeerKey } from './peer-key.ts'
import { Silence } from './silence.ts'
import { UpdateBatches } from './update-batches.ts'

/**
 * Takes in updates so that none is lost, doubled or out of turn (core.telegram.org/api/updates): each box counts what happens
 * to it; what comes ahead of its turn waits, what does not come is fetched as a difference.
 */
export class UpdateEngine {
  readonly #options: EngineOptions
  readonly #batches: UpdateBatches
  readonly #early: EarlyUpdates
  readonly #fetching = new Map<Box, Promise<void>>()
  readonly #met: MetChannels
  readonly #differences: Differences
  readonly #silence: Silence
  #isRunning = false

  constructor(options: EngineOptions) {
    const { signal, commit } = options
    this.#options = options
    this.#differences = new Differences(options)
    this.#met = new MetChannels(options)
    this.#silence = new Silence(() => void this.resync().catch(options.onError))
    this.#batches = new UpdateBatches({
      signal,
      commit: async (batch) => await commit(batch, (box) => this.#begin(box)),
    })
    this.#early = new EarlyUpdates(this.#batches)
    signal.addEventListener('abort', () => this.#stop())
  }

  /** Goes on from where the account stood; without a state it begins here and now. Resolves when what was missed is in. */
  async start(state: UpdateState | undefined, channels: ReadonlyMap<Box, number>): Promise<void> {
    for (const [box, pts] of channels) this.#batches.standsAt(box, pts)
    if (state === undefined) {
      const { pts, qts, date } = await this.#options.call(new Api.updates.GetState())
      this.#batches.reach('', pts, { pts, qts, date })
    } else {
      this.#batches.resume(state)
    }
    this.#isRunning = !this.#options.signal.aborted
    await this.resync()
  }

  /** Asks for whatever may have been missed: after a reconnect, after a long silence. */
  async resync(): Promise<void> {
    if (!this.#isRunning) return
    this.#silence.broken()
    await Promise.all(this.#batches.boxes().map((box) => this.#fetch(box)))
    await this.settled()
  }

  /** Resolves when everything taken in so far is durable. */
  async settled(): Promise<void> {
    await this.#batches.settled()
  }

  /** A channel that an account finds among its dialogs stands where the dialog says. */
  seed(box: Box, pts: number): void {
    if (this.#batches.ptsOf(box) === undefined) this.#batches.reach(box, pts)
  }

  /** Every object that comes from the network, in the order of the wire. */
  feed(object: unknown): void {
    if (!this.#isRunning) return
    this.#silence.broken()
    if (object instanceof Api.UpdatesTooLong) return this.#ask('')
    for (const update of itemsOf(object, this.#options.onSent)) this.#take(update)
  }

  /** What a call of our own did to a box, where its answer says only so much. */
  affected(box: Box, { pts, ptsCount }: { readonly pts: number; readonly ptsCount: number }): void {
    this.#apply({ box, pts, count: ptsCount, update: undefined })
  }

  /**
   * A channel that came into being just now is counted from its beginning, and what happened there so far is fetched. False
   * where it is counted already.
   */
  #begin(box: Box): boolean {
    if (this.#batches.ptsOf(box) !== undefined) return false
    this.#batches.standsAt(box, firstPts)
    this.#ask(box)
    return true
  }

  #take(update: Api.TypeUpdate): void {
    if (update instanceof Api.UpdateChannelTooLong) return this.#ask(boxOf(update.channelId))
    const counted = countedOf(update)
    if (counted !== undefined) return this.#apply(counted)
    this.#batches.add(update)
    this.#batches.flush()
  }

  /** Told among what the account missed. One that was never met begins with what it says next, or where it was made. */
  #hasChanged({ channelId }: Api.UpdateChannelTooLong): void {
    const box = boxOf(channelId)
    if (this.#batches.ptsOf(box) !== undefined) this.#ask(box)
  }

  #apply(counted: Counted): void {
    const { box, pts, count } = counted
    const have = this.#batches.ptsOf(box)
    // The common box has a state before anything is fed.
    if (have === undefined) return box === '' ? undefined : this.#meet(counted)
    if (this.#fetching.has(box)) return this.#early.hold(counted)
    if (pts <= have && count > 0) return
    if (have + count < pts) {
      this.#early.hold(counted)
      this.#waitForGap(box)
      return
    }
    this.#batches.accept(counted)
    this.#early.drain(box)
  }

  /** A channel met for the first time begins with this, or where it was made of a group, if that one had a room here. */
  #meet(counted: Counted): void {
    const { box } = counted
    this.#early.hold(counted)
    this.#met.ask(box, (former) => this.#beginMet(box, former))
  }

  #beginMet(box: Box, former: PeerKey | undefined): void {
    const isBegun = this.#batches.ptsOf(box) !== undefined
    if (!isBegun && former !== undefined) {
      this.#batches.add({ className: 'FoundMove', from: former, to: box as PeerKey })
      this.#batches.reach(box, firstPts)
      return this.#ask(box)
    }
    const first = isBegun ? undefined : this.#early.takeFirst(box)
    if (first !== undefined) this.#batches.accept(first)
    if (!this.#fetching.has(box) && !this.#early.drain(box)) this.#waitForGap(box)
  }

  #waitForGap(box: Box): void {
    this.#early.waitForGap(box, () => {
      if (!this.#early.drain(box)) this.#ask(box)
    })
  }

  #ask(box: Box): void {
    this.#fetch(box).catch((error: unknown) => this.#options.onError(error))
  }

  #fetch(box: Box): Promise<void> {
    const running = this.#fetching.get(box)
    if (running !== undefined) return running
    this.#early.stopWaiting(box)
    const fetching = this.#differences
      .read(
        box,
        () => this.#batches.stateOf(box),
        (parts) => this.#takeParts(box, parts),
      )
      .finally(() => {
        this.#fetching.delete(box)
        if (!this.#options.signal.aborted && !this.#early.drain(box)) this.#waitForGap(box)
      })
    this.#fetching.set(box, fetching)
    return fetching
  }

  #takeParts(box: Box, { messages, updates, state, edges = [] }: DifferenceParts): void {
    for (const edge of edges) this.#batches.add({ className: 'FoundEdge', ...edge })
    for (const message of messages) this.#batches.add({ className: 'FoundMessage', message })
    for (const update of updates) {
      if (update instanceof Api.UpdateMessageID) this.#options.onSent(String(update.randomId), update.id)
      else if (update instanceof Api.UpdateChannelTooLong) this.#hasChanged(update)
      else if (box === '' && countedOf(update) !== undefined && countedOf(update)?.box !== '') this.#take(update)
      else this.#batches.add(update)
    }
    this.#batches.reach(box, state.pts, box === '' ? state : undefined)
  }

  #stop(): void {
    this.#isRunning = false
    this.#silence.stop()
    this.#early.stop()
  }
}
