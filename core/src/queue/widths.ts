/**
 * How much of what core does at once, and why. What is not here goes one by one: the events of one chat in one direction (a lane,
 * so that nothing overtakes), the transactions of one homeserver to one service, the writers of one database.
 */
export const widths = {
  /**
   * Stores of what a network says, of each network: enough to share commits, few enough that a flood on one network leaves the
   * others their turn. What waits is taken from one login after the other.
   */
  stores: 16,
  /** Deliveries into Matrix, of each network, for the same two reasons; of what waits, in the same order. */
  deliveries: 16,
  /** Ghosts of one room that join or leave: enough to share commits, few enough to leave room for others. */
  members: 16,
  /** Rooms whose history is asked for what a homeserver has not pushed: each is a page of its time, and everything waits for them. */
  missedRooms: 8,
  /** People who are logging in: each holds a connection. */
  loginProcesses: 100,
} as const

/** How much goes in one piece, before whatever else waits has its turn: the event loop is free again every few milliseconds. */
export const pieces = {
  /** Rows that a lane reads at a time: one read for many, and not a whole backlog in memory. */
  rowsRead: 64,
  /** Plain messages that are delivered in one request and one commit; fewer where other networks have work, for they wait for it. */
  delivered: { alone: 16, amongOthers: 5 },
  /** Plain messages that are prepared for the network in one commit. */
  prepared: 16,
  /** Events that are due to disappear: one goes after the other, and the stop is looked for in between. */
  disappearing: 20,
  /** Rows that are pruned in one transaction: the one writer is free for others in between, too. */
  pruned: 100,
} as const
