export type EndKind = 'stopped' | 'lost' | 'throttled' | 'banned' | 'bad-credentials'

export interface SessionEnd {
  readonly kind: EndKind
  /** Words for a person. */
  readonly reason: string
  readonly readyForMs: number
}

/** What the server's ERROR, with which it closes a connection, says of the reason. */
export function endOf(errorText: string): Pick<SessionEnd, 'kind' | 'reason'> {
  const isThrottled = /throttl|too fast|too many connections|reconnect/i.test(errorText)
  const isBan = /\b(?:[gkz]-?lined?|banned)\b/i.test(errorText)
  return { kind: isThrottled ? 'throttled' : isBan ? 'banned' : 'lost', reason: errorText }
}
