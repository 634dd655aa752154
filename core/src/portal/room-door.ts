import type { JsonObject, RoomId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { isRefusal } from '../matrix-side/refusal.ts'

/** State of a room that says who may come in and who may read. */
export const doorTypes: ReadonlySet<string> = new Set(['m.room.join_rules', 'm.room.history_visibility'])

/** Into a room with another rule people come whom nobody there has let in: who is in some other room, for one. */
const closedRules: ReadonlySet<unknown> = new Set([undefined, 'invite', 'knock', 'private'])

export interface RoomDoorParts {
  readonly api: MatrixApi
  readonly logger: Logger
}

/** May anybody come into a room, or read in it, whom nobody there has let in? */
export async function isOpenRoom(api: MatrixApi, roomId: RoomId): Promise<boolean> {
  return (await openStates(api, roomId)).size > 0
}

async function openStates(api: MatrixApi, roomId: RoomId): Promise<ReadonlyMap<string, JsonObject>> {
  const open = new Map<string, JsonObject>()
  const rules = await api.getState(roomId, 'm.room.join_rules')
  if (rules !== undefined && !closedRules.has(rules['join_rule'])) open.set('m.room.join_rules', rules)
  const visibility = await api.getState(roomId, 'm.room.history_visibility')
  if (visibility?.['history_visibility'] === 'world_readable') open.set('m.room.history_visibility', visibility)
  return open
}

const closedContent: Readonly<Record<string, JsonObject>> = {
  'm.room.join_rules': { join_rule: 'invite' },
  'm.room.history_visibility': { history_visibility: 'shared' },
}

/** False where the homeserver does not let the bot. `remember` is given what is about to be changed. */
export async function closeRoom(
  { api, logger }: RoomDoorParts,
  roomId: RoomId,
  remember: (before: Readonly<Record<string, JsonObject>>) => Promise<void>,
): Promise<boolean> {
  const open = await openStates(api, roomId)
  await remember(Object.fromEntries(open))
  try {
    for (const type of open.keys()) await api.setState(roomId, { type, content: closedContent[type] ?? {} })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    logger.info({ err: error, roomId }, 'the bot may not close a room')
    return false
  }
}

/** Gives back what `closeRoom` took, where it is still as that left it. */
export async function openRoom(
  { api, logger }: RoomDoorParts,
  roomId: RoomId,
  before: Readonly<Record<string, JsonObject>>,
): Promise<void> {
  for (const [type, content] of Object.entries(before)) {
    const now = await api.getState(roomId, type)
    if (JSON.stringify(now) !== JSON.stringify(closedContent[type])) continue
    try {
      await api.setState(roomId, { type, content })
    } catch (error) {
      if (!isRefusal(error)) throw error
      logger.info({ err: error, roomId }, 'the bot may not open a room')
    }
  }
}
