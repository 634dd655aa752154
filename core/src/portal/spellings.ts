import { MatrixError, type RoomAlias, type RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { aliasOf } from './alias-of.ts'

/** A name of some length can be written in more ways than a homeserver should keep. */
const most = 20

/**
 * A chat was asked for by an alias that its room does not bear: in capitals, without the channel's sign, not escaped. The
 * homeserver answers whoever asked by that very alias, so the room is given it.
 */
export async function addSpelling(
  context: BridgeContext,
  portal: PortalRecord & { readonly roomId: RoomId },
  alias: RoomAlias,
): Promise<void> {
  if (alias === aliasOf(context, portal.chat) && !portal.isPlumbed) return
  await context.oneByOne.run(`aliases of ${portal.nid}`, async () => {
    const { applied } = await context.portals.byNid(portal.nid)
    const before = (applied.spellings ?? []).filter((one) => one !== alias)
    const kept = [...before, alias].slice(-most)
    // Recorded first: what a crash leaves out of the homeserver is taken away from it without harm.
    await context.portals.setApplied(portal, { spellings: [...before, alias] })
    await context.api.addAlias(alias, portal.roomId)
    for (const one of before) if (!kept.includes(one)) await context.api.removeAlias(one)
    await context.portals.setApplied(portal, { spellings: kept })
  })
}

/** The chat's room is another one: whoever asks for it by any of its aliases comes there. */
export async function moveAliases(context: BridgeContext, portal: PortalRecord, to: RoomId): Promise<void> {
  const { chat, isPlumbed, applied } = portal
  for (const alias of [...(isPlumbed ? [] : [aliasOf(context, chat)]), ...(applied.spellings ?? [])]) {
    if ((await context.api.resolveAlias(alias)) === to) continue
    await context.api.removeAlias(alias)
    await context.api.addAlias(alias, to)
  }
}

/** The room is a portal no more: who asks for the chat is to come to its next one. */
export async function removeAliases(context: BridgeContext, { nid }: PortalRecord): Promise<void> {
  const { chat, isPlumbed, applied } = await context.portals.byNid(nid)
  for (const alias of [...(isPlumbed ? [] : [aliasOf(context, chat)]), ...(applied.spellings ?? [])]) {
    try {
      await context.api.removeAlias(alias)
    } catch (error) {
      // Somebody else's of that name is theirs.
      if (!(error instanceof MatrixError && error.status === 403)) throw error
    }
  }
}
