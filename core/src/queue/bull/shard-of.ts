import { createHash } from 'node:crypto'

/** The same in every process and every run, else two processes would work the same key. */
export function shardOf(key: string, shardCount: number): number {
  return createHash('sha256').update(key).digest().readUInt32BE() % shardCount
}
