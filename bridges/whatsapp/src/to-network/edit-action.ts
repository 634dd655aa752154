import { BridgeError, type MatrixIntent } from '@pons/core'
import type { WhatsAppAction } from './actions.ts'
import { textFrom } from '../convert/to-whatsapp.ts'
import { mentionedUser } from './mentioned-user.ts'
import { requireKey } from './message-keys.ts'
import type { PrepareParts } from './prepare-parts.ts'

/** An edit that goes to WhatsApp: of the text alone, which one message must hold. */
export function editAction(
  parts: PrepareParts,
  { target, document }: Extract<MatrixIntent, { kind: 'edit' }>,
  maxText: number,
): WhatsAppAction {
  const { text, mentions } = textFrom(document, mentionedUser(parts))
  if (text.length > maxText) throw new BridgeError(`an edited message holds ${maxText} characters on WhatsApp`)
  return { kind: 'edit', target: requireKey(parts, target), text, mentions }
}
