interface SenderKeyState {
  readonly senderSigningKey?: { readonly private?: { readonly data?: readonly unknown[] } | null }
  readonly senderMessageKeys?: readonly unknown[]
}

/** So many messages of somebody may overtake an earlier one. */
const mostKept = 200

/**
 * A group's sender key without keys that nobody will ask for. The library passes over every second key when it sends and keeps
 * those it passed over, as if somebody else's message could still come that needs them; with each message the record grows,
 * and is read, and written, as a whole. Of our own none is needed, of another's the latest.
 */
export function withoutNeedlessKeys(record: Uint8Array): Uint8Array {
  const states = JSON.parse(Buffer.from(record).toString('utf8')) as readonly SenderKeyState[]
  const needed = states.map((state) => ({
    ...state,
    senderMessageKeys: isOwn(state) ? [] : (state.senderMessageKeys ?? []).slice(-mostKept),
  }))
  return Buffer.from(JSON.stringify(needed))
}

/** Only who sends has the private half of what signs the messages. */
function isOwn({ senderSigningKey }: SenderKeyState): boolean {
  return (senderSigningKey?.private?.data?.length ?? 0) > 0
}
