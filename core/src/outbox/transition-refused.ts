import type { RowPhase, TransitionName } from './transitions.ts'

/** A row was to become what it cannot become: nothing of it was stored. */
export class TransitionRefused extends Error {
  override readonly name = 'TransitionRefused'

  constructor(transition: TransitionName, row: { readonly eventId: string; readonly part: number }, phase?: RowPhase) {
    super(`outbox row ${row.eventId} ${row.part} is ${phase ?? 'in no state'} for ${transition}`)
  }
}
