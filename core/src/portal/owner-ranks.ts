import type { UserId } from '@pons/matrix'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { roomLevels } from '../matrix-side/room-levels.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { AppliedInfo } from '../storage/applied-info.ts'
import type { Portals } from './portals.ts'

type Rank = NonNullable<AppliedInfo['ranks']>[number]

export interface RanksParts {
  readonly api: MatrixApi
  readonly portals: Portals
}

export interface OwnerRanks {
  /** What the room is to say of each. */
  readonly levels: ReadonlyMap<UserId, number>
  /** To be called when it does: forgets what was taken. */
  readonly record: () => Promise<void>
}

/**
 * The levels of people who are on the network themselves, by their ranks there. What the network gave it takes; a level that
 * somebody gave them in Matrix stays theirs, and is theirs again after a higher rank. What is about to be given is recorded
 * first, and what is about to be taken is forgotten last, so that neither a crash nor a repetition makes it anybody's.
 */
export async function ownerRanks(
  { api, portals }: RanksParts,
  portal: PortalRecord,
  ranks: ReadonlyMap<UserId, number>,
): Promise<OwnerRanks> {
  const { roomId } = portal
  if (roomId === undefined || ranks.size === 0) return { levels: new Map(), record: () => Promise.resolve() }
  const current = await roomLevels(api, roomId)
  const { ranks: before = [] } = (await portals.byNid(portal.nid)).applied
  const levels = new Map<UserId, number>()
  const given: Rank[] = []
  for (const [userId, rank] of ranks) {
    const known = before.find((one) => one.userId === userId)
    const isOurs = known !== undefined && current.of(userId) === known.level
    const floor = isOurs ? known.floor : current.of(userId)
    const level = Math.max(floor, rank)
    levels.set(userId, level)
    if (level > floor) given.push({ userId, level, floor })
  }
  const others = before.filter(({ userId }) => !ranks.has(userId))
  const taken = before.filter(({ userId }) => ranks.has(userId) && !given.some((one) => one.userId === userId))
  const keep = async (kept: readonly Rank[]): Promise<void> => {
    await portals.setApplied(portal, { ranks: kept })
  }
  if (given.length > 0) await keep([...others, ...taken, ...given])
  return { levels, record: () => (taken.length > 0 ? keep([...others, ...given]) : Promise.resolve()) }
}
