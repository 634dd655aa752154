import type { LookupFunction } from 'node:net'

/** The way out of the process, as the framework gives it. */
export interface Egress {
  readonly lookup: LookupFunction
  /** For a host that is an address already. @throws Error when nothing may be sent there */
  check(host: string): void
}
