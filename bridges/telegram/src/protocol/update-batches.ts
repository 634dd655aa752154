import type { Box, Counted } from './counted.ts'
import type { UpdateBatch, UpdateItem, UpdateState } from './engine-options.ts'

export interface UpdateBatchesParts {
  readonly signal: AbortSignal
  /** Makes a batch durable, items and state together; the next one follows when it has resolved. */
  readonly commit: (batch: UpdateBatch) => Promise<void>
}

/**
 * Where an account stands, and what has happened until there that is not stored yet. One batch is stored after another; what
 * comes meanwhile makes the next.
 */
export class UpdateBatches {
  readonly #parts: UpdateBatchesParts
  readonly #pts = new Map<Box, number>()
  #state: UpdateState = { pts: 0, qts: 0, date: 0 }
  #waiting = nothing()
  #committing: Promise<void> | undefined

  constructor(parts: UpdateBatchesParts) {
    this.#parts = parts
  }

  boxes(): readonly Box[] {
    return [...this.#pts.keys()]
  }

  /** undefined for a channel that was never met. */
  ptsOf(box: Box): number | undefined {
    return this.#pts.get(box)
  }

  /** As a difference is asked for. */
  stateOf(box: Box): UpdateState {
    return box === '' ? this.#state : { ...this.#state, pts: this.#pts.get(box) ?? 0 }
  }

  /** There it stood when it was stored, or it is stored with something else. */
  standsAt(box: Box, pts: number): void {
    this.#pts.set(box, pts)
  }

  resume(state: UpdateState): void {
    this.#state = state
    this.#pts.set('', state.pts)
  }

  /** Something happened; it is stored with where a box stands after it, or by itself with `flush`. */
  add(update: UpdateItem): void {
    this.#waiting.items.push(update)
  }

  /** Something that a box counts happened in its turn. */
  accept({ box, pts, update }: Counted): void {
    if (update !== undefined) this.add(update)
    this.reach(box, pts)
  }

  /** What was added led there. */
  reach(box: Box, pts: number, state?: UpdateState): void {
    this.#pts.set(box, pts)
    if (box === '') {
      this.#state = { ...this.#state, ...state, pts }
      this.#waiting.hasCommon = true
    } else {
      this.#waiting.channels.set(box, pts)
    }
    this.flush()
  }

  flush(): void {
    const { signal } = this.#parts
    if (this.#committing !== undefined || signal.aborted) return
    const committing = this.#commitAll().catch((error: unknown) => {
      // What was not stored is asked for again at the next start.
      if (!signal.aborted) throw error
    })
    this.#committing = committing.finally(() => {
      this.#committing = undefined
      // What came between the last look and here found somebody at work, who looks no more.
      if (this.#hasWaiting()) this.flush()
    })
  }

  /** Resolves when everything added so far is durable. */
  async settled(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing
  }

  #hasWaiting(): boolean {
    const { items, hasCommon, channels } = this.#waiting
    return items.length > 0 || hasCommon || channels.size > 0
  }

  async #commitAll(): Promise<void> {
    const { signal, commit } = this.#parts
    // What came with the same packet is taken along.
    await Promise.resolve()
    while (!signal.aborted) {
      if (!this.#hasWaiting()) return
      const { items, hasCommon, channels } = this.#waiting
      this.#waiting = nothing()
      await commit({ items, channels, ...(hasCommon && { common: this.#state }) })
    }
  }
}

function nothing(): { items: UpdateItem[]; hasCommon: boolean; channels: Map<Box, number> } {
  return { items: [], hasCommon: false, channels: new Map() }
}
