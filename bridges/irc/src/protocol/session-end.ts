export type EndKind = 'stopped' | 'lost' | 'throttled' | 'banned' | 'bad-credentials'

export interface SessionEnd {
  readonly kind: EndKind
  /** Words for a person. Before a server has let us in they are the same whatever is there, or is not. */
  readonly reason: string
  /** What happened, for the operator. */
  readonly detail?: string
  readonly cause?: unknown
  readonly readyForMs: number
}

/** Who may choose the address must not learn from a failure what else listens there. */
export const notReached = 'no IRC server let us in there'

/** What the server's ERROR, with which it closes a connection, says of the reason. */
export function endOf(errorText: string): Pick<SessionEnd, 'kind' | 'reason'> {
  const isThrottled = /throttl|too fast|too many connections|reconnect/i.test(errorText)
  const isBan = /\b(?:[gkz]-?lined?|banned)\b/i.test(errorText)
  return { kind: isThrottled ? 'throttled' : isBan ? 'banned' : 'lost', reason: errorText }
}
