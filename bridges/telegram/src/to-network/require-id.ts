import { BridgeError, type RemoteMessageId, type TargetMessage } from '@pons/core'
import { targetIds } from './target-ids.ts'

/** The id of a message that is edited or reacted to. @throws BridgeError where it has none */
export function requireId(target: TargetMessage): RemoteMessageId {
  const [id] = targetIds(target)
  if (id === undefined) throw new BridgeError('that message has not reached Telegram')
  return id
}
