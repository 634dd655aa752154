import { createHash } from 'node:crypto'

/** A Matrix transaction id derived from what is sent, so that a repeat after a crash is the same send. */
export function txnIdOf(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32)
}
