import type { BridgeContext } from '../bridge-context.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { aliasOf } from './alias-of.ts'
import { canonicalAlias, hasPublicName } from './room-form.ts'
import { moveAliases } from './spellings.ts'

/** A chat has got another name: its room is found by that, and shows it where chats are known by their names. */
export async function takeName(context: BridgeContext, portal: PortalRecord): Promise<void> {
  const { roomId, chat, isPlumbed } = portal
  if (roomId === undefined || isPlumbed) return
  await moveAliases(context, portal, roomId)
  if (!hasPublicName(context, chat)) return
  const alias = aliasOf(context, chat)
  const shown = await context.api.getState(roomId, canonicalAlias)
  if (shown?.['alias'] === alias) return
  await context.api.setState(roomId, { type: canonicalAlias, content: { ...shown, alias } })
}
