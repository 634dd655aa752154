import { jidOf, type Jid } from '../ids.ts'
import type { People } from '../people.ts'

/** The address somebody goes by, whichever of theirs a receipt names. */
export function personOrGroup(people: People, text: string | null | undefined): Jid | undefined {
  const jid = jidOf(text)
  return jid === undefined ? undefined : people.idOf(jid)
}
