import type { RoomAlias, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import type { FirstShown } from './first-state.ts'
import { finishRoom } from './finish-room.ts'
import { canonicalAlias, currentForm, ensureServiceMembers, hasPublicName } from './room-form.ts'

/** Brings a room that an earlier version made, or that was left half made, to what it would be made as now. */
export async function mendForm(context: BridgeContext, portal: PortalRecord, shown?: FirstShown): Promise<void> {
  const { roomId, chat, nid, isPlumbed } = portal
  if (roomId === undefined || isPlumbed) return
  const { applied } = await context.portals.byNid(nid)
  if (applied.form === currentForm) return
  await finishRoom(context, { ...portal, roomId, applied }, { ...applied, ...shown })
  if (!hasPublicName(context, chat)) await hideAlias(context, roomId)
  await ensureServiceMembers(context, roomId, [context.botUserId])
  await context.portals.setApplied(portal, { form: currentForm })
}

async function hideAlias({ api, connector }: BridgeContext, roomId: RoomId): Promise<void> {
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
