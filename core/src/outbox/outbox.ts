import type { Database, Transaction } from '@pons/database'
import type { EventId, Clock } from '@pons/matrix'
import type { RemoteMessageId } from '../network/ids.ts'
import { unlessAborted } from '../queue/unless-aborted.ts'
import { outboxState, type OutboxState } from '../storage/outbox-state.ts'
import { OutboxReader, type OutboxRecord } from '../storage/outbox-reader.ts'
import { OutboxStore, type NewOutboxRow, type OutboxMove } from '../storage/outbox-store.ts'
import { TransitionRefused } from './transition-refused.ts'
import { storedAs, transitions, type RowPhase, type Transition, type TransitionName } from './transitions.ts'

export interface RowName {
  readonly eventId: EventId
  readonly part: number
}

/** `claiming`: stored with a commit that is not there yet. */
type Held = 'claiming' | 'claimed' | 'transmitting'

interface UnderWay {
  readonly portalNid: number
  readonly effect: string | undefined
  readonly ended: PromiseWithResolvers<void>
}

/**
 * The rows of the outbox, and all that may become of them (`transitions`). A row is stored as being sent before the network
 * hears of it; which of those this process itself is sending only this process knows. One that it does not hold was
 * interrupted, by a crash or by a connection that broke: its fate must be found out before it may be tried again.
 */
export class Outbox extends OutboxReader {
  readonly #store: OutboxStore
  readonly #clock: Clock
  readonly #held = new Map<string, Held>()
  /** Taken up, and not let go yet; by name. */
  readonly #underWay = new Map<string, UnderWay>()
  #change = Promise.withResolvers<void>()

  constructor({ db, network, clock }: { readonly db: Database; readonly network: string; readonly clock: Clock }) {
    super(db, network)
    this.#store = new OutboxStore(network)
    this.#clock = clock
  }

  /** An action of an event that is not done yet; one that is there already stays as it is. */
  async prepare(tx: Transaction, row: NewOutboxRow): Promise<void> {
    await this.#store.add(tx, row)
  }

  /** To be durable before the network hears of it. */
  async claim(tx: Transaction, row: RowName): Promise<void> {
    await this.#begin(tx, 'claim', row)
  }

  /** What was interrupted and may be sent again is claimed anew. */
  async resume(tx: Transaction, row: RowName): Promise<void> {
    await this.#begin(tx, 'resume', row)
  }

  /** Claims a row whose turn comes next, where it is prepared; else its turn finds out what it is. */
  async claimAhead(tx: Transaction, row: RowName): Promise<void> {
    if (this.#held.has(nameOf(row))) return
    const startedMs = this.#clock.now()
    const move = { from: [storedAs.prepared], to: storedAs.claimed, set: { startedMs } }
    if (await this.#store.move(tx, row, move)) this.#hold(tx, row)
  }

  /** Its turn has come: whoever waits for what is under way waits for it, until `letGo`. */
  takeUp(portalNid: number, row: RowName & Pick<OutboxRecord, 'effect'>): void {
    const name = nameOf(row)
    if (this.#underWay.has(name)) throw new Error(`outbox row ${name} is under way already`)
    this.#underWay.set(name, { portalNid, effect: row.effect, ended: Promise.withResolvers<void>() })
  }

  /** The network may hear of it from now on. */
  transmit(row: RowName): void {
    const phase = this.#heldPhase(row)
    if (!isFrom('transmit', phase)) throw new TransitionRefused('transmit', row, phase)
    this.#held.set(nameOf(row), transitions.transmit.to)
  }

  /** It has arrived, or is at least written. */
  async record(
    tx: Transaction,
    row: RowName,
    { isConfirmed, remoteId }: { readonly isConfirmed: boolean; readonly remoteId?: RemoteMessageId },
  ): Promise<void> {
    await this.#end(tx, isConfirmed ? 'confirm' : 'send', row, { remoteId, error: null })
  }

  /** Nobody can say whether it has arrived. */
  async doubt(tx: Transaction, row: RowName): Promise<void> {
    await this.#end(tx, 'doubt', row, { error: null })
  }

  /** It has not arrived, for that reason. */
  async giveBack(tx: Transaction, row: RowName, error: string): Promise<void> {
    await this.#end(tx, 'giveBack', row, { error })
  }

  /** Nothing more is done about it now. What is stored as being sent by then counts as interrupted. */
  letGo(row: RowName): void {
    const name = nameOf(row)
    this.#held.delete(name)
    this.#underWay.get(name)?.ended.resolve()
    this.#underWay.delete(name)
    this.noteChange()
  }

  /** Rows of an event that were given up get new tries. */
  async revive(tx: Transaction, eventId: EventId): Promise<void> {
    await this.#store.revive(tx, eventId, stored('revive'))
  }

  /** What was said in them is to be kept no longer. */
  async forgetActions(tx: Transaction, eventId: EventId): Promise<void> {
    await this.#store.forgetActions(tx, eventId)
  }

  /** What it changes has come back. */
  async markHeard(tx: Transaction, row: RowName): Promise<void> {
    await this.#store.markHeard(tx, row)
  }

  /** How a row stands that was read a moment ago. */
  phaseOf(row: RowName & Pick<OutboxRecord, 'state'>): RowPhase {
    if (row.state === outboxState.sending) return this.#heldPhase(row) ?? 'interrupted'
    return phaseOfState[row.state] ?? 'prepared'
  }

  /** Has it been claimed here, by a commit that is there? */
  isClaimed(row: RowName): boolean {
    return this.#heldPhase(row) !== undefined
  }

  /** Resolves when what is under way to a portal by now, or what of it has that effect, has ended; what begins later is not waited for. */
  async settled(portalNid: number, signal: AbortSignal, effect?: string): Promise<void> {
    const rows = [...this.#underWay.values()].filter(
      (row) => row.portalNid === portalNid && (effect === undefined || row.effect === effect),
    )
    if (rows.length > 0) await unlessAborted(Promise.all(rows.map(({ ended }) => ended.promise)), signal)
  }

  /** Rows of a portal that were being sent when an earlier process died, or a connection broke. */
  async hasInterrupted(portalNid: number): Promise<boolean> {
    return (await this.sending(portalNid)).some((row) => !this.#held.has(nameOf(row)))
  }

  /** Resolves when something becomes of some row, or of its event, from now on. One promise for all who ask meanwhile. */
  get change(): Promise<void> {
    return this.#change.promise
  }

  noteChange(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers<void>()
  }

  async #begin(tx: Transaction, transition: 'claim' | 'resume', row: RowName): Promise<void> {
    const held = this.#held.get(nameOf(row))
    if (held !== undefined) throw new TransitionRefused(transition, row, this.#heldPhase(row))
    const move = { ...stored(transition), set: { startedMs: this.#clock.now() } }
    if (!(await this.#store.move(tx, row, move))) throw new TransitionRefused(transition, row)
    this.#hold(tx, row)
  }

  /** Known here before the commit, so that nobody reads the row and takes it for one that was interrupted. */
  #hold(tx: Transaction, row: RowName): void {
    const name = nameOf(row)
    this.#held.set(name, 'claiming')
    tx.onUndone(() => this.#held.delete(name))
    tx.onCommit(() => {
      this.#held.set(name, 'claimed')
      this.noteChange()
    })
  }

  async #end(
    tx: Transaction,
    transition: 'send' | 'confirm' | 'doubt' | 'giveBack',
    row: RowName,
    set: NonNullable<OutboxMove['set']>,
  ): Promise<void> {
    const phase = this.#heldPhase(row)
    if (phase !== undefined && !isFrom(transition, phase)) throw new TransitionRefused(transition, row, phase)
    const move = { ...stored(transition, phase), set }
    if (move.from.length === 0 || !(await this.#store.move(tx, row, move)))
      throw new TransitionRefused(transition, row, phase)
    tx.onCommit(() => {
      this.#held.delete(nameOf(row))
      this.noteChange()
    })
  }

  #heldPhase(row: RowName): 'claimed' | 'transmitting' | undefined {
    const held = this.#held.get(nameOf(row))
    return held === 'claiming' ? undefined : held
  }
}

/**
 * What a row must be stored as. Where a queue is shared, another process may have taken up, for a moment, what this one was
 * transmitting: what is known to have arrived is recorded whatever that one has made of it.
 */
function stored(name: TransitionName, held?: 'claimed' | 'transmitting'): OutboxMove {
  const { from, to }: Transition = transitions[name]
  if (held === undefined) {
    const free = from.filter((phase) => phase !== 'claimed' && phase !== 'transmitting')
    return { from: free.map((phase) => storedAs[phase]), to: storedAs[to] }
  }
  return { from: to === 'sent' || to === 'confirmed' ? overtaken : [storedAs[held]], to: storedAs[to] }
}

const overtaken: readonly OutboxState[] = [
  outboxState.sending,
  outboxState.pending,
  outboxState.sent,
  outboxState.confirmed,
]

const phaseOfState: Partial<Record<OutboxState, RowPhase>> = {
  [outboxState.sent]: 'sent',
  [outboxState.confirmed]: 'confirmed',
  [outboxState.uncertain]: 'uncertain',
  [outboxState.parked]: 'parked',
}

function isFrom(name: TransitionName, phase: RowPhase | undefined): boolean {
  const { from }: Transition = transitions[name]
  return phase !== undefined && from.includes(phase)
}

function nameOf({ eventId, part }: RowName): string {
  return `${eventId} ${part}`
}
