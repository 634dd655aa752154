import type { Api } from 'telegram'
import type { Peers } from '../protocol/peers.ts'
import { toApiEntity, type TextEntity } from '../protocol/text-entity.ts'

/** How a text is marked, for Telegram; the hashes of those it mentions are filled in, and whom the account never met it cannot mention. */
export async function apiEntities(peers: Peers, entities: readonly TextEntity[]): Promise<Api.TypeMessageEntity[]> {
  const filled = await Promise.all(
    entities.map(async (entity) => {
      if (entity.type !== 'mention') return [entity]
      const record = await peers.get(`u${entity.userId}`)
      return record === undefined ? [] : [{ ...entity, hash: record.hash }]
    }),
  )
  return filled.flat().map(toApiEntity)
}
