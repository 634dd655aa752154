import type { RedactionIntent } from '@pons/core'
import type { WhatsAppAction } from './actions.ts'
import { messageKeys } from './message-keys.ts'
import type { PrepareParts } from './prepare-parts.ts'

/** A message that is taken back, with all that it was sent as. */
export function redactionActions(parts: PrepareParts, { target }: RedactionIntent): WhatsAppAction[] {
  return messageKeys(parts, target).map((key) => ({ kind: 'delete', target: key }))
}
