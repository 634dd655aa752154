import type { TargetMessage } from '@pons/core'
import { jidOfUser } from '../ids.ts'
import type { MessageKey } from './actions.ts'
import type { PrepareParts } from './prepare-parts.ts'

/** By what WhatsApp knows a message. In a group, what another login of this bridge wrote is somebody else's to this one. */
export function messageKeys({ addressOf, isSelf }: PrepareParts, { remoteIds, author }: TargetMessage): MessageKey[] {
  const jid = 'remote' in author ? jidOfUser(author.remote) : addressOf(author.matrix)
  const isOwn = jid === undefined || isSelf(jid)
  return remoteIds.map((id) => ({ id, ...(!isOwn && { author: jid }) }))
}
