import type { Clock } from '@pons/matrix'

/** What a key's work says when it stops: nothing left, or stopped at a row that is to be looked at again. */
export type LaneOutcome =
  | { readonly kind: 'idle' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** Waits for something of this process; in another process that shares the queue it may happen unseen, and is looked at again. */
  | { readonly kind: 'until'; readonly ready: Promise<void>; readonly otherwiseMs: number }

export interface QueueOptions {
  readonly clock: Clock
  /**
   * Works through everything that is due for one key, in order. Never called twice at once for the same key. A throw is
   * handed to `onError` and the key is tried again after a pause.
   */
  readonly process: (key: string, signal: AbortSignal) => Promise<LaneOutcome>
  readonly onError: (key: string, error: unknown) => void
  /** The keys that have durable work. A queue that other processes share asks for them whenever a wake may have got lost. */
  readonly due: () => Promise<readonly string[]>
}

/**
 * Knows which keys may have work, and works each in order, one call at a time. The rows in the database are the truth;
 * waking is cheap, may be done too often and never fails.
 */
export interface Queue extends AsyncDisposable {
  /** There may be new work. A key that waits to try something again goes on waiting: nothing new may overtake it. */
  wake(key: string): void
  /** There is reason to try again at once. */
  wakeNow(key: string): void
  /** Resolves when nothing is being worked on or about to be (a key that waits to retry does not count). */
  settled(): Promise<void>
}

/** Makes a queue; `name` is the same for the same work in every process, and in every run. */
export type QueueMaker = (name: string, options: QueueOptions) => Queue
