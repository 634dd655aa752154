import type { ReactionIntent } from '@pons/core'
import type { WhatsAppAction } from './actions.ts'
import type { PrepareParts } from './prepare-parts.ts'
import { requireKey } from './require-key.ts'

/** The one reaction that somebody has to a message; an empty one takes it back. */
export function reactionAction(
  parts: PrepareParts,
  { target, key }: Pick<ReactionIntent, 'target' | 'key'>,
): WhatsAppAction {
  return { kind: 'react', target: requireKey(parts, target), key }
}
