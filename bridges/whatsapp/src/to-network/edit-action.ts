import { BridgeError, type EditIntent } from '@pons/core'
import { textFrom } from '../convert/to-whatsapp.ts'
import type { WhatsAppAction } from './actions.ts'
import { mentionedUser } from './mentioned-user.ts'
import type { PrepareParts } from './prepare-parts.ts'
import { requireKey } from './require-key.ts'
import { textLimits } from './text-limits.ts'

/** An edit that goes to WhatsApp: of the text alone, which one message must hold. */
export function editAction(parts: PrepareParts, { target, document }: EditIntent): WhatsAppAction {
  const { text, mentions } = textFrom(document, mentionedUser(parts))
  if (text.length > textLimits.message)
    throw new BridgeError(`an edited message holds ${textLimits.message} characters on WhatsApp`)
  return { kind: 'edit', target: requireKey(parts, target), text, mentions }
}
