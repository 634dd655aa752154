/** What the session library writes to the console, whole sessions with their private keys among it. */
const openings = [
  'Closing session',
  'Opening session',
  'Removing old closed session',
  'Session already',
  'Closing open session',
  'Closing stale open session',
  'Decrypted message with closed session',
  'Failed to decrypt message with any known session',
  'Session error',
  'V1 session storage migration error',
  'Migrating session to',
  'Unhandled bucket type',
  'WARNING: Expected pubkey of length 33',
]

let isQuiet = false

/** Keeps the session library's words off the console, for good: nothing it says helps, and what it shows must not be seen. */
export function quietConsole(): void {
  if (isQuiet) return
  isQuiet = true
  for (const level of ['info', 'warn', 'error', 'log'] as const) {
    const speak = console[level].bind(console)
    // oxlint-disable-next-line outside-names/no-computed-write -- one of the four above
    console[level] = (...words: unknown[]) => {
      if (!isOfSessions(words)) speak(...words)
    }
  }
}

function isOfSessions(words: readonly unknown[]): boolean {
  const [first] = words
  if (typeof first === 'string' && openings.some((opening) => first.startsWith(opening))) return true
  return words.some((word) => typeof word === 'object' && word !== null && '_chains' in word && 'indexInfo' in word)
}
