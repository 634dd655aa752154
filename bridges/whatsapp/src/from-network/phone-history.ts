import type { BridgeHost, Intake, StoreWrite, Understood } from '@pons/core'
import { setTimeout as pause } from 'node:timers/promises'
import { GoneError } from '../protocol/gone-error.ts'
import type { HistoryNotice } from '../protocol/incoming.ts'
import { TooLargeError } from '../protocol/too-large-error.ts'
import { unpackHistory } from '../protocol/unpack-history.ts'
import { WrongFileError } from '../protocol/wrong-file-error.ts'
import { keepHistory, type HistoryLimits, type HistoryPlace } from './keep-history.ts'
import { nothing } from './understood.ts'

export interface PhoneHistoryParts {
  readonly logger: BridgeHost['logger']
  readonly place: HistoryPlace
  readonly intake: Intake
  readonly limits: HistoryLimits
  /** A part as the phone has packed it. */
  readonly fetch: (notice: HistoryNotice) => Promise<Uint8Array>
  readonly tellOwner: (text: string) => void
  /** How long the queue waits for a part. */
  readonly patienceMs?: number
}

/** 'missing' where it never will be had, which the owner is told. */
type Fetched = Uint8Array | 'missing' | 'not yet'

/** Between the tries to fetch a part. */
const firstWaitMs = 1000
const longestWaitMs = 900_000
const usualPatienceMs = 10_000

/**
 * The history after a login, which the account's phone hands to this device alone. The library handles it, too, but after it has
 * told the phone that it has it; here it becomes durable with the mark that says so.
 */
export class PhoneHistory {
  readonly #parts: PhoneHistoryParts
  /** Parts that are fetched beside the queue, by the ids of their notices. */
  readonly #late = new Set<string>()

  constructor(parts: PhoneHistoryParts) {
    this.#parts = parts
  }

  /**
   * What a part says. It is waited for a while, so that the rooms that are made for what was said later have it. A part that
   * does not come in time, or cannot be fetched now, is undefined: it goes on being fetched beside the queue, which it holds up
   * no longer, and once it is there a job of its own takes it in, with what `settle` gives.
   */
  async take(id: string, notice: HistoryNotice, settle: () => readonly StoreWrite[]): Promise<Understood | undefined> {
    if (this.#late.has(id)) return undefined
    const fetched = this.#fetch(notice)
    const { intake, patienceMs = usualPatienceMs } = this.#parts
    const isTime = new AbortController()
    const signal = AbortSignal.any([intake.signal, isTime.signal])
    // While another part is late the queue has waited enough.
    const late = pause(this.#late.size === 0 ? patienceMs : 0, 'late' as const, { signal, ref: false }).catch(
      () => 'late' as const,
    )
    const first = await Promise.race([fetched, late])
    isTime.abort()
    if (first !== 'late' && first !== 'not yet') return await this.#keep(first)
    this.#late.add(id)
    void this.#takeLate(notice, fetched, settle).finally(() => this.#late.delete(id))
    return undefined
  }

  async #takeLate(notice: HistoryNotice, first: Promise<Fetched>, settle: () => readonly StoreWrite[]): Promise<void> {
    const { signal } = this.#parts.intake
    let fetched = await first
    for (let delayMs = firstWaitMs; fetched === 'not yet'; delayMs = Math.min(longestWaitMs, delayMs * 2)) {
      await pause(delayMs, undefined, { signal, ref: false }).catch(() => undefined)
      // It stays in the log of decryptions, which hands it out at the next start.
      if (signal.aborted) return
      fetched = await this.#fetch(notice)
    }
    const packed = fetched
    await this.#parts.intake.take(async () => {
      const { events, writes } = await this.#keep(packed)
      return { events, writes: [...writes, ...settle()] }
    })
  }

  async #fetch(notice: HistoryNotice): Promise<Fetched> {
    const { fetch, tellOwner, logger } = this.#parts
    try {
      return await fetch(notice)
    } catch (error) {
      const why = wordsOf(error)
      if (why === undefined) {
        logger.warn({ err: error }, 'a part of the history could not be fetched; trying again')
        return 'not yet'
      }
      tellOwner(`A part of what was said before this login is missing: ${why}.`)
      return 'missing'
    }
  }

  async #keep(packed: Uint8Array | 'missing'): Promise<Understood> {
    const { logger, place, limits } = this.#parts
    if (packed === 'missing') return nothing
    try {
      return await keepHistory(place, await unpackHistory(packed), limits)
    } catch (error) {
      logger.error({ err: error }, 'a part of the history could not be read')
      return nothing
    }
  }
}

/** undefined where it may be had later. */
function wordsOf(error: unknown): string | undefined {
  if (error instanceof GoneError) return 'it is no longer on WhatsApp'
  if (error instanceof TooLargeError) return 'it is larger than a phone makes it'
  return error instanceof WrongFileError ? 'it was damaged on its way through WhatsApp' : undefined
}
