import { BridgeError, type TargetMessage } from '@pons/core'
import type { MessageKey } from './actions.ts'
import { messageKeys } from './message-keys.ts'
import type { PrepareParts } from './prepare-parts.ts'

/** By what WhatsApp knows a message that is edited or reacted to. @throws BridgeError where it does not */
export function requireKey(parts: PrepareParts, target: TargetMessage): MessageKey {
  const [key] = messageKeys(parts, target)
  if (key === undefined) throw new BridgeError('that message has not reached WhatsApp')
  return key
}
