import type { Database } from '@pons/database'
import type { UserId } from '@pons/matrix'
import type { OneByOne } from '../queue/one-by-one.ts'
import type { ChatKey } from '../network/chat.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { ValueStore } from '../storage/value-store.ts'
import type { Portals } from './portals.ts'

/** Whoever asks for an alias: the homeserver does not say who that is. */
export const somebody = ''

type Opener = UserId | typeof somebody

export interface OpenedChatsParts {
  readonly db: Database
  readonly portals: Portals
  readonly values: ValueStore
  readonly oneByOne: OneByOne
}

/** Which chats a person has had a room made for. */
export class OpenedChats {
  readonly #parts: OpenedChatsParts

  constructor(parts: OpenedChatsParts) {
    this.#parts = parts
  }

  /** Nothing else is opened for them meanwhile. */
  async inTurn<T>(opener: Opener, work: () => Promise<T>): Promise<T> {
    return await this.#parts.oneByOne.run(nameOf(opener), work)
  }

  /** What they have opened and is bridged still. */
  async of(opener: Opener): Promise<PortalRecord[]> {
    const portals = new Map<number, PortalRecord>()
    for (const nid of await this.numbersOf(opener)) {
      const portal = await this.#parts.portals.byNid(nid)
      if (portal.roomId !== undefined) portals.set(portal.nid, portal)
    }
    return [...portals.values()]
  }

  async numbersOf(opener: Opener): Promise<readonly number[]> {
    const kept = await this.#parts.values.get(nameOf(opener))
    return Array.isArray(kept) ? kept.filter((nid) => typeof nid === 'number') : []
  }

  async keep(opener: Opener, nids: readonly number[]): Promise<void> {
    await this.#parts.values.set(nameOf(opener), [...nids])
  }

  /** Before its room is made: a crash in between leaves a number that counts for nothing. */
  async keepWith(opener: Opener, opened: readonly PortalRecord[], chat: ChatKey): Promise<void> {
    const { db, portals } = this.#parts
    const { nid } = await db.transaction((tx) => portals.ensure(tx, chat))
    await this.keep(opener, [...opened.map((portal) => portal.nid), nid])
  }
}

function nameOf(opener: Opener): string {
  return `pons/opened/${opener}`
}
