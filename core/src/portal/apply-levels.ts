import { jsonOf, type JsonObject, type UserId } from '@pons/matrix'
import type { Ghosts } from '../ghost/ghosts.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { roomLevels } from '../matrix-side/room-levels.ts'
import type { PortalRecord } from '../storage/portal-store.ts'

export interface LevelsParts {
  readonly api: MatrixApi
  readonly ghosts: Ghosts
}

export interface LevelChanges {
  /** undefined: as it is; null: as whoever is not named has it. */
  readonly levels: ReadonlyMap<UserId, number | null | undefined>
  /** True: ghosts that are not named fall back to the room's default. */
  readonly isComplete: boolean
}

/** Gives ghosts the power levels their network says they have, in one event, and none when nothing differs. */
export async function applyLevels(
  { api, ghosts }: LevelsParts,
  portal: PortalRecord,
  changes: LevelChanges,
): Promise<void> {
  const { roomId } = portal
  if (roomId === undefined || portal.isPlumbed) return
  const current = await roomLevels(api, roomId)
  const users = new Map<UserId, number>()
  for (const [userId, level] of current.named) {
    const isGone = changes.isComplete && ghosts.isGhost(userId) && !changes.levels.has(userId)
    if (!isGone) users.set(userId, level)
  }
  for (const [userId, level] of changes.levels) {
    if (level === undefined || current.of(userId) === Infinity) continue
    if (level === null || level === current.fallback) users.delete(userId)
    else users.set(userId, level)
  }
  if (sameLevels(current.named, users)) return
  const content: JsonObject = { ...current.content, users: jsonOf(users) }
  await api.setState(roomId, { type: 'm.room.power_levels', content })
}

function sameLevels(a: ReadonlyMap<UserId, number>, b: ReadonlyMap<UserId, number>): boolean {
  return a.size === b.size && [...a].every(([userId, level]) => b.get(userId) === level)
}
