import type { Connection } from './connection.ts'
import type { Outbox } from './deliveries/outbox.ts'
import type { Person } from './world/entities.ts'

interface SignedPreKey {
  readonly id: number
  readonly publicKey: Buffer
  readonly signature: Buffer
}

/** A linked device of a person, as the server knows it; it outlives every connection. */
export interface Companion {
  readonly person: Person
  /** 1 and up. */
  readonly number: number
  /** `15550000001:1@s.whatsapp.net`. */
  readonly pn: string
  readonly lid: string
  /** What authenticates its logins. */
  readonly noiseKey: Buffer
  readonly identity: Buffer
  readonly registrationId: number
  signedPreKey: SignedPreKey
  /** One-time keys that nobody has asked for yet. */
  readonly preKeys: Map<number, Buffer>
  readonly outbox: Outbox
  connection: Connection | undefined
  /** Its history has been sent. */
  hasHistory: boolean
}
