import { randomBytes } from 'node:crypto'

/** An id of a stanza that nothing else refers to. */
export function newStanzaId(): string {
  return randomBytes(8).toString('hex').toUpperCase()
}
