import type { RoomAlias, RoomId } from '@pons/matrix'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { FirstShown } from './first-state.ts'
import { finishRoom, type FinishParts } from './finish-room.ts'
import type { Portals } from './portals.ts'
import { canonicalAlias, currentForm, ensureServiceMembers, hasPublicName } from './room-form.ts'

/** Brings a room that an earlier version made, or that was left half made, to what it would be made as now. */
export type MendForm = (portal: PortalRecord, shown?: FirstShown) => Promise<void>

export interface MendFormParts extends FinishParts {
  readonly portals: Portals
}

export function formMender(parts: MendFormParts): MendForm {
  const { api, portals, connector, botUserId } = parts
  return async (portal, shown) => {
    const { roomId, chat, nid, isPlumbed } = portal
    if (roomId === undefined || isPlumbed) return
    const { applied } = await portals.byNid(nid)
    if (applied.form === currentForm) return
    await finishRoom(parts, { ...portal, roomId, applied }, { ...applied, ...shown })
    if (!hasPublicName(connector, chat)) await hideAlias(parts, roomId)
    await ensureServiceMembers(api, roomId, [botUserId])
    await portals.setApplied(portal, { form: currentForm })
  }
}

async function hideAlias({ api, connector }: MendFormParts, roomId: RoomId): Promise<void> {
  const shown = await api.getState(roomId, canonicalAlias)
  const alias = shown?.['alias']
  // One that a moderator of the room has chosen is theirs.
  if (typeof alias !== 'string' || !isOurs(alias as RoomAlias, connector.info.aliasPrefix)) return
  const { alias: _, ...content } = shown ?? {}
  await api.setState(roomId, { type: canonicalAlias, content })
}

function isOurs(alias: RoomAlias, prefix: string): boolean {
  return alias.startsWith(`#${prefix}`)
}
