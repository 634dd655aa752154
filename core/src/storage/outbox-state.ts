/**
 * pending → sending → sent (written) or confirmed (the network said so); uncertain when a crash left its fate unknowable. Parked
 * was written by earlier versions: whether something is given up is for its event as a whole now, and stands in the inbox.
 */
export const outboxState = { pending: 0, sending: 1, sent: 2, confirmed: 3, parked: 4, uncertain: 5 } as const
export type OutboxState = (typeof outboxState)[keyof typeof outboxState]
