import type { IdempotencyKey } from '@pons/core'
import { createHash } from 'node:crypto'

/** The random id of a send, decimal, 64 bits signed: a function of the key, so that a repeat is known as one. Never 0. */
export function randomIdOf(key: IdempotencyKey): string {
  const number = createHash('sha256').update(key).digest().readBigInt64LE()
  return (number === 0n ? 1n : number).toString()
}
