/** States shared by journal and inbox rows. `done` rows stay as keys of deduplication, without their payload. */
export const rowState = { pending: 0, done: 1, parked: 2 } as const
