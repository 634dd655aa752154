import type { Stanza } from './wire/stanza.ts'

/** The open connection of a device, as whoever sends to it needs it. */
export interface Line {
  send(sent: Stanza): void
  /** A node's bytes, whatever they are. */
  sendBytes(encoded: Buffer): void
  /** Ends it with a reason. */
  streamError(code: number | undefined, content?: Stanza[]): void
}
