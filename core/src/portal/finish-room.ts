import type { JsonObject, RoomId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import { roomLevels } from '../matrix-side/room-levels.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { aliasOf, type Naming } from './alias-of.ts'
import { firstLevels, firstState, type FirstShown, type FirstStateParts } from './first-state.ts'
import type { StateContent } from './state-content.ts'
import { canonicalAlias, hasPublicName } from './room-form.ts'

export interface FinishParts extends Naming, FirstStateParts {
  readonly api: MatrixApi
  readonly logger: Logger
}

type Unfinished = Pick<PortalRecord, 'chat' | 'applied'> & { readonly roomId: RoomId }

/**
 * Gives a room the state it should have been made with, where there is none. Homeservers make a room event by event, its alias
 * first: one that a crash or a refusal cut short is found by its alias, with as much of it as there was time for.
 */
export async function finishRoom(parts: FinishParts, room: Unfinished, shown: FirstShown): Promise<void> {
  const { roomId, applied } = room
  const levels = await missingLevels(parts, roomId, shown)
  const wanted = [...levels, ...presetState(parts, room, shown), ...firstState(parts, room.chat, shown)]
  for (const { type, state_key: stateKey, content } of wanted) {
    const isThere = (await parts.api.getState(roomId, type, stateKey)) !== undefined
    if (!isThere) await setUnlessRefused(parts, roomId, { type, stateKey, content })
  }
  // Nobody has opened or closed it yet: that it is closed, then, is for want of the rest.
  if (applied.joinRule !== undefined || shown.joinRule !== 'public') return
  const rules = await parts.api.getState(roomId, 'm.room.join_rules')
  if (rules?.['join_rule'] === 'invite') await setUnlessRefused(parts, roomId, joinRules('public'))
}

/** Without levels the creator has full power, and with levels that do not name them none, before version 12. */
async function missingLevels(parts: FinishParts, roomId: RoomId, shown: FirstShown): Promise<StateContent[]> {
  const before = await roomLevels(parts.api, roomId)
  if (Object.keys(before.content).length > 0) return []
  const standard = { users_default: 0, state_default: 50, ban: 50, kick: 50, redact: 50 }
  const users = before.of(parts.botUserId) === Infinity ? {} : { [parts.botUserId]: 100 }
  return [{ type: 'm.room.power_levels', state_key: '', content: { ...standard, ...firstLevels(shown), users } }]
}

function presetState(parts: FinishParts, { chat }: Unfinished, { joinRule }: FirstShown): StateContent[] {
  const isPublic = joinRule === 'public'
  const state = (type: string, content: JsonObject): StateContent => ({ type, state_key: '', content })
  return [
    ...(hasPublicName(parts.connector, chat) ? [state(canonicalAlias, { alias: aliasOf(parts, chat) })] : []),
    state('m.room.join_rules', joinRules(isPublic ? 'public' : 'invite').content),
    state('m.room.history_visibility', { history_visibility: 'shared' }),
    state('m.room.guest_access', { guest_access: isPublic ? 'forbidden' : 'can_join' }),
  ]
}

function joinRules(rule: 'public' | 'invite') {
  return { type: 'm.room.join_rules', content: { join_rule: rule } }
}

/** A room that has moved, or whose levels somebody has changed, may not let the bot do it. */
async function setUnlessRefused(
  { api, logger }: FinishParts,
  roomId: RoomId,
  state: Parameters<MatrixApi['setState']>[1],
): Promise<void> {
  try {
    await api.setState(roomId, state)
  } catch (error) {
    if (!isRefusal(error)) throw error
    logger.info({ err: error, roomId, type: state.type }, 'a room lacks state that the bot may not give it')
  }
}
