/** Where a homeserver of its own, which pushes to a service over HTTP, ends itself. */
export const deaths: readonly { name: string; step: string; times: number }[] = [
  { name: 'right after a commit', step: 'homeserver:event-committed', times: 40 },
  { name: 'between storing and pushing a transaction', step: 'appservice:transaction-stored', times: 5 },
  { name: 'at the moment of a push', step: 'appservice:before-push', times: 7 },
  { name: 'after a push was answered, before that is noted', step: 'appservice:before-delivered', times: 6 },
]
