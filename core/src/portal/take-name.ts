import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { aliasOf, type Naming } from './alias-of.ts'
import { canonicalAlias, hasPublicName } from './room-form.ts'
import type { Spellings } from './spellings.ts'

export interface TakeNameParts extends Naming {
  readonly api: MatrixApi
  readonly spellings: Spellings
}

/** A chat has got another name: its room is found by that, and shows it where chats are known by their names. */
export async function takeName(parts: TakeNameParts, portal: PortalRecord): Promise<void> {
  const { roomId, chat, isPlumbed } = portal
  const { api, spellings, connector } = parts
  if (roomId === undefined || isPlumbed) return
  await spellings.move(portal, roomId)
  if (!hasPublicName(connector, chat)) return
  const alias = aliasOf(parts, chat)
  const shown = await api.getState(roomId, canonicalAlias)
  if (shown?.['alias'] === alias) return
  await api.setState(roomId, { type: canonicalAlias, content: { ...shown, alias } })
}
