import type { JsonObject, UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { PortalRecord } from '../store/portal-store.ts'

export interface LevelChanges {
  readonly levels: ReadonlyMap<UserId, number>
  /** True: ghosts that are not named fall back to the room's default. */
  readonly isComplete: boolean
}

/** Gives ghosts the power levels their network says they have, in one event, and none when nothing differs. */
export async function applyLevels(context: BridgeContext, portal: PortalRecord, changes: LevelChanges): Promise<void> {
  const { roomId } = portal
  if (roomId === undefined || portal.isPlumbed) return
  const current = (await context.api.getState(roomId, 'm.room.power_levels')) ?? {}
  const before = (current['users'] ?? {}) as Record<string, number>
  const fallback = typeof current['users_default'] === 'number' ? current['users_default'] : 0
  const users: Record<string, number> = {}
  for (const [userId, level] of Object.entries(before)) {
    const isGone =
      changes.isComplete && context.ghosts.isGhost(userId as UserId) && !changes.levels.has(userId as UserId)
    if (!isGone) users[userId] = level
  }
  for (const [userId, level] of changes.levels) {
    if (level === fallback) delete users[userId]
    else users[userId] = level
  }
  if (sameLevels(before, users)) return
  const content: JsonObject = { ...current, users }
  await context.api.setState(roomId, { type: 'm.room.power_levels', content })
}

function sameLevels(a: Record<string, number>, b: Record<string, number>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
