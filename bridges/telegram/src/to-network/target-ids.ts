import type { RemoteMessageId, TargetMessage } from '@pons/core'
import { placeOfMessage } from '../ids.ts'

/** The ids of a message that it has on Telegram. */
export function targetIds({ remoteIds }: TargetMessage): RemoteMessageId[] {
  return remoteIds.filter((id) => placeOfMessage(id) !== undefined)
}
