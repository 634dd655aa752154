import type { Queryable, Transaction } from '@pons/database'
import type { Clock } from '@pons/matrix'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import { remoteMessageId, type RemoteUserId } from '../network/ids.ts'
import type { RemoteRename } from '../network/remote-event.ts'
import type { JournalStore } from '../storage/journal-store.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { Aliases } from './aliases.ts'

export interface LinkUsersParts {
  readonly aliases: Aliases
  readonly ghosts: { exists(id: RemoteUserId, on: Queryable): Promise<boolean> }
  readonly portals: { withRooms(on: Queryable): Promise<readonly Pick<PortalRecord, 'nid' | 'chat'>[]> }
  readonly journal: JournalStore
  readonly clock: Clock
}

interface KnownUnder {
  readonly id: RemoteUserId
  readonly aliases: readonly RemoteUserId[]
}

/**
 * Learns that several ids are one person. Whoever has a ghost keeps it, whichever of the ids it was made for; where two
 * ghosts had been made, the one of `id` stays and takes the other's place in every room.
 * Returns the portals that have something to do.
 */
export async function linkUsers(parts: LinkUsersParts, tx: Transaction, person: KnownUnder): Promise<number[]> {
  const { aliases, ghosts } = parts
  const ids = [...new Set([person.id, ...person.aliases])]
  const goingBy = [...new Set(ids.map((id) => aliases.resolve('user', id)))]
  const isLinked =
    goingBy.length === 1 && ids.length > 1 && ids.every((id) => id === goingBy[0] || aliases.resolve('user', id) !== id)
  if (ids.length === 1 || isLinked) return []
  const withGhost: RemoteUserId[] = []
  for (const id of goingBy) if (await ghosts.exists(id, tx)) withGhost.push(id)
  const kept = withGhost.includes(aliases.resolve('user', person.id))
    ? aliases.resolve('user', person.id)
    : (withGhost[0] ?? person.id)
  for (const id of new Set([...ids, ...goingBy])) {
    if (id !== kept) await aliases.put(tx, { kind: 'user', receiver: '', alias: id, id: kept })
  }
  const replaced = withGhost.filter((id) => id !== kept)
  return replaced.length === 0 ? [] : await replaceGhosts(parts, tx, replaced, kept)
}

/** A row in the journal of every portal, so that it happens in order and survives a crash. */
async function replaceGhosts(
  parts: LinkUsersParts,
  tx: Transaction,
  replaced: readonly RemoteUserId[],
  kept: RemoteUserId,
): Promise<number[]> {
  const nowMs = parts.clock.now()
  const portals = await parts.portals.withRooms(tx)
  for (const { nid, chat } of portals) {
    for (const from of replaced) {
      const id = remoteMessageId(`pons:merge:${txnIdOf(from, kept)}`)
      const event: RemoteRename = {
        kind: 'rename',
        chat,
        id,
        timestampMs: nowMs,
        from,
        to: { id: kept },
        isMerge: true,
      }
      await parts.journal.add(tx, nid, event, { key: id, nowMs })
    }
  }
  return portals.map(({ nid }) => nid)
}
