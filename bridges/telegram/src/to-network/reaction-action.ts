import type { ReactionIntent } from '@pons/core'
import type { TelegramAction } from './actions.ts'
import { requireId } from './require-id.ts'

/** The one reaction that somebody has to a message; without a key, that it is taken back. */
export function reactionAction({
  target,
  key,
}: Pick<ReactionIntent, 'target'> & { readonly key?: string }): TelegramAction {
  return { kind: 'react', id: requireId(target), ...(key !== undefined && { key: key.replaceAll('\ufe0f', '') }) }
}
