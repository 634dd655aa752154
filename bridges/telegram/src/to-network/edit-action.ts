import { BridgeError, type EditIntent } from '@pons/core'
import type { TelegramAction } from './actions.ts'
import type { PrepareParts } from './prepare-parts.ts'
import { requireId } from './require-id.ts'
import { spokenText } from './spoken-text.ts'
import { textLimits } from './text-limits.ts'

/** An edit that goes to Telegram: of the text alone, which one message must hold. */
export function editAction(parts: PrepareParts, intent: EditIntent): TelegramAction {
  const formatted = spokenText(parts, intent)
  if (formatted.text.length > textLimits.message)
    throw new BridgeError(`an edited message holds ${textLimits.message} characters on Telegram`)
  return { kind: 'edit', id: requireId(intent.target), ...formatted }
}
