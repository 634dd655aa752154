import type { RoomId, UserId } from '@pons/matrix'
import { receivesEphemeral, type Namespaces, type Registration } from '@pons/registration'
import QuickLRU from 'quick-lru'

/** A registered application service. */
export class Appservice {
  /** Its number in the database, kept through changes of the registration. */
  readonly nid: number
  readonly registration: Registration
  readonly namespaces: Namespaces
  readonly txnPrefix: string
  /** False when there is neither an address nor a call in this process to come: then nothing is queued. */
  readonly isPushed: boolean
  readonly #userMatches = new QuickLRU<string, boolean>({ maxSize: 100_000 })

  constructor(of: {
    nid: number
    registration: Registration
    namespaces: Namespaces
    txnPrefix: string
    isPushed: boolean
  }) {
    this.nid = of.nid
    this.registration = of.registration
    this.namespaces = of.namespaces
    this.txnPrefix = of.txnPrefix
    this.isPushed = of.isPushed
  }

  get id(): string {
    return this.registration.id
  }

  get senderUserId(): UserId {
    return this.namespaces.senderUserId
  }

  get receivesEphemeral(): boolean {
    return receivesEphemeral(this.registration)
  }

  /** Whether the user is one of its own: the sender, or in the users namespace. */
  ownsUser(userId: string): boolean {
    let owns = this.#userMatches.get(userId)
    if (owns === undefined) {
      owns = this.namespaces.userMatch(userId as UserId) !== undefined
      this.#userMatches.set(userId, owns)
    }
    return owns
  }

  ownsRoom(roomId: RoomId): boolean {
    return this.namespaces.roomMatch(roomId) !== undefined
  }
}
