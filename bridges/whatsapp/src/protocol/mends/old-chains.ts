interface Chain {
  /** 2 for what the other side sends. */
  readonly chainType: number
}

interface SessionEntry {
  readonly _chains?: Readonly<Record<string, Chain>>
}

interface SessionRecord {
  readonly _sessions?: Readonly<Record<string, SessionEntry>>
}

const receiving = 2
/**
 * The protocol's own implementations keep five: a message of a chain before those reads nowhere. A few more cost nothing, and
 * tell a repeat from something new.
 */
const mostKept = 16

/**
 * The sessions with a contact's device without chains that nothing will come on any more. With each turn of the conversation the
 * library begins a chain, and forgets none: the record, which is read and written as a whole with each message, grows for as
 * long as two people talk.
 */
export function withoutOldChains(record: object): object {
  const { _sessions: sessions } = record as SessionRecord
  if (sessions === undefined) return record
  const kept = Object.entries(sessions).map(([key, entry]) => [key, trimmed(entry)] as const)
  return { ...record, _sessions: Object.fromEntries(kept) }
}

/** In the order in which they began, which is that of the object. */
function trimmed(entry: SessionEntry): SessionEntry {
  const chains = Object.entries(entry._chains ?? {})
  const received = chains.filter(([, { chainType }]) => chainType === receiving)
  if (received.length <= mostKept) return entry
  const old = new Set(received.slice(0, -mostKept).map(([key]) => key))
  return { ...entry, _chains: Object.fromEntries(chains.filter(([key]) => !old.has(key))) }
}
