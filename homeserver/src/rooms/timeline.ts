import type { Database, Transaction } from '@pons/database'
import type { RoomId } from '@pons/matrix'
import type { Draft } from './draft.ts'
import { RepeatedSends } from './repeated-sends.ts'
import { notInRoom, TimelineWriter, type Committed, type WriterHost, type WriterOptions } from './timeline-writer.ts'
import type { Room } from './room.ts'
import type { RoomEvent } from '../event/room-event.ts'

export interface TimelineOptions extends WriterOptions {
  readonly database: Database
  readonly onStep: (step: string) => void
}

/** Runs inside the transaction that stores the event; what it writes is there if and only if the event is. */
export type AppendHook = (tx: Transaction, room: Room, event: RoomEvent) => Promise<void> | void

/** The single way by which events come into rooms: authorised, built, stored, then told to who listens. */
export class Timeline implements WriterHost {
  readonly #options: TimelineOptions
  readonly #appendHooks: AppendHook[] = []
  readonly #listeners: ((committed: Committed) => void)[] = []
  /** The last position given; unknown after an undone transaction, as at the start. */
  #lastNid: number | undefined
  #position = 0
  readonly #repeats: RepeatedSends

  constructor(options: TimelineOptions) {
    this.#options = options
    this.#repeats = new RepeatedSends(options.stores)
  }

  /** Reads where the stream of events stands. To be awaited before anything else is done. */
  async start(): Promise<void> {
    this.#position = await this.#options.stores.events.newest()
  }

  /** The position of the newest event that is durable. */
  get position(): number {
    return this.#position
  }

  onAppend(hook: AppendHook): void {
    this.#appendHooks.push(hook)
  }

  /** Called after the commit, in the order of the stream. */
  onCommitted(listener: (committed: Committed) => void): void {
    this.#listeners.push(listener)
  }

  /** Appends one event; resolves when it is durable. */
  async append(roomId: RoomId, draft: Draft): Promise<RoomEvent> {
    const { txn, sender } = draft
    if (!txn) return this.write(async (writer) => writer.append(await writer.room(roomId), draft))
    const room = await this.#options.rooms.find(roomId)
    if (!room) throw notInRoom()
    return this.#repeats.once({ room, sender, txn }, () =>
      this.write(async (writer) => writer.append(await writer.room(roomId), draft, { isFirst: true })),
    )
  }

  /** Several appends as one: all of them are stored, or none. */
  async write<T>(work: (writer: TimelineWriter) => Promise<T>): Promise<T> {
    let writer: TimelineWriter | undefined
    try {
      return await this.#options.database.transaction(async (tx) => {
        writer = new TimelineWriter(this, this.#options, tx)
        try {
          return await work(writer)
        } catch (error) {
          // Before the next transaction of the group runs.
          this.#forget(writer)
          throw error
        }
      })
    } catch (error) {
      if (writer) this.#forget(writer)
      throw error
    }
  }

  /** For the writer only. */
  async nextNid(tx: Transaction): Promise<number> {
    const last = this.#lastNid ?? (await this.#options.stores.events.newest(tx))
    this.#lastNid = last + 1
    return last + 1
  }

  /** For the writer only. */
  async runHooks(tx: Transaction, committed: Committed): Promise<void> {
    for (const hook of this.#appendHooks) {
      const pending = hook(tx, committed.room, committed.event)
      // Most have nothing to do with most events, and cost no turn then.
      if (pending !== undefined) await pending
    }
    tx.onCommit(() => this.#publish(committed))
  }

  #publish(committed: Committed): void {
    this.#position = committed.event.nid
    this.#options.onStep('homeserver:event-committed')
    for (const listener of this.#listeners) listener(committed)
  }

  #forget(writer: TimelineWriter): void {
    if (writer.touched.size === 0) return
    for (const roomId of writer.touched) this.#options.rooms.drop(roomId)
    this.#lastNid = undefined
  }
}
