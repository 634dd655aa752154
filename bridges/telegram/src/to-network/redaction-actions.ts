import type { RedactionIntent } from '@pons/core'
import type { TelegramAction } from './actions.ts'
import { targetIds } from './target-ids.ts'

/** A message that is taken back, with all that it was sent as. */
export function redactionActions({ target }: RedactionIntent): TelegramAction[] {
  const ids = targetIds(target)
  return ids.length === 0 ? [] : [{ kind: 'delete', ids }]
}
