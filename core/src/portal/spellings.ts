import { MatrixError, type RoomAlias, type RoomId } from '@pons/matrix'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { OneByOne } from '../queue/one-by-one.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { aliasOf, type Naming } from './alias-of.ts'
import type { Portals } from './portals.ts'

/** A name of some length can be written in more ways than a homeserver should keep. */
const most = 20

export interface SpellingsParts extends Naming {
  readonly api: MatrixApi
  readonly portals: Portals
  readonly oneByOne: OneByOne
}

/** The aliases of a chat's room: the one that it bears, and how else people have written it. */
export class Spellings {
  readonly #parts: SpellingsParts

  constructor(parts: SpellingsParts) {
    this.#parts = parts
  }

  /**
   * A chat was asked for by an alias that its room does not bear: in capitals, without the channel's sign, not escaped. The
   * homeserver answers whoever asked by that very alias, so the room is given it.
   */
  async add(portal: PortalRecord & { readonly roomId: RoomId }, alias: RoomAlias): Promise<void> {
    const { api, portals, oneByOne } = this.#parts
    if (alias === aliasOf(this.#parts, portal.chat) && !portal.isPlumbed) return
    await oneByOne.run(`aliases of ${portal.nid}`, async () => {
      const { applied } = await portals.byNid(portal.nid)
      const before = (applied.spellings ?? []).filter((one) => one !== alias)
      const kept = [...before, alias].slice(-most)
      // Recorded first: what a crash leaves out of the homeserver is taken away from it without harm.
      await portals.setApplied(portal, { spellings: [...before, alias] })
      await api.addAlias(alias, portal.roomId)
      for (const one of before) if (!kept.includes(one)) await api.removeAlias(one)
      await portals.setApplied(portal, { spellings: kept })
    })
  }

  /** The chat's room is another one: whoever asks for it by any of its aliases comes there. */
  async move(portal: PortalRecord, to: RoomId): Promise<void> {
    const { api } = this.#parts
    for (const alias of this.#aliasesOf(portal)) {
      if ((await api.resolveAlias(alias)) === to) continue
      await api.removeAlias(alias)
      await api.addAlias(alias, to)
    }
  }

  /** The room is a portal no more: who asks for the chat is to come to its next one. */
  async remove({ nid }: PortalRecord): Promise<void> {
    const { api, portals } = this.#parts
    for (const alias of this.#aliasesOf(await portals.byNid(nid))) {
      try {
        await api.removeAlias(alias)
      } catch (error) {
        // Somebody else's of that name is theirs.
        if (!(error instanceof MatrixError && error.status === 403)) throw error
      }
    }
  }

  #aliasesOf({ chat, isPlumbed, applied }: PortalRecord): readonly RoomAlias[] {
    return [...(isPlumbed ? [] : [aliasOf(this.#parts, chat)]), ...(applied.spellings ?? [])]
  }
}
