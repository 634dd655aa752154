import { outboxState, type OutboxState } from '../storage/outbox-state.ts'

/** How a row stands, as this process sees it: stored, and for what is being sent, by whom. */
export type RowPhase =
  /** Stored, and the network has not heard of it. */
  | 'prepared'
  /** Stored as being sent, by this process, before the network hears of it. */
  | 'claimed'
  /** The network may hear of it from now on. */
  | 'transmitting'
  /** Stored as being sent, and not by this process: a crash, or a connection that broke, left it so. Its fate must be found out. */
  | 'interrupted'
  | 'sent'
  | 'confirmed'
  | 'uncertain'
  /** Written by earlier versions. */
  | 'parked'

export interface Transition {
  readonly from: readonly RowPhase[]
  readonly to: RowPhase
}

/** Everything that may become of a row once it is prepared. Nothing else may: `Outbox` refuses it. */
export const transitions = {
  /** In a transaction before the network hears of it. */
  claim: { from: ['prepared', 'parked'], to: 'claimed' },
  /** What was interrupted and has not arrived, or does no harm when it arrives again, is sent anew. */
  resume: { from: ['interrupted'], to: 'claimed' },
  transmit: { from: ['claimed'], to: 'transmitting' },
  /** It is written, and nothing more is known. */
  send: { from: ['transmitting'], to: 'sent' },
  /** The network said so; or a look-up found what was interrupted. */
  confirm: { from: ['transmitting', 'interrupted'], to: 'confirmed' },
  /** Nobody can say whether it arrived. */
  doubt: { from: ['transmitting', 'interrupted'], to: 'uncertain' },
  /** It surely did not arrive. */
  giveBack: { from: ['prepared', 'parked', 'claimed', 'transmitting', 'interrupted'], to: 'prepared' },
  /** This process lets go of it and knows nothing of its fate. */
  letGo: { from: ['claimed', 'transmitting'], to: 'interrupted' },
  revive: { from: ['parked'], to: 'prepared' },
} as const satisfies Record<string, Transition>

export type TransitionName = keyof typeof transitions

/** How a phase is stored. */
export const storedAs: Readonly<Record<RowPhase, OutboxState>> = {
  prepared: outboxState.pending,
  claimed: outboxState.sending,
  transmitting: outboxState.sending,
  interrupted: outboxState.sending,
  sent: outboxState.sent,
  confirmed: outboxState.confirmed,
  uncertain: outboxState.uncertain,
  parked: outboxState.parked,
}
