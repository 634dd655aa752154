import type { Floor } from './floor.ts'

/** What a bench is given. */
export interface BenchRun {
  readonly floor: Floor
  /** The checkout whose server is measured. */
  readonly checkout: string
}
