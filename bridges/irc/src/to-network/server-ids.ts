import type { RemoteMessageId } from '@pons/core'
import { serverIdOf } from '../ids.ts'

/** The ids that the server has given to the lines of a message. */
export function serverIds(ids: readonly RemoteMessageId[]): string[] {
  return ids.flatMap((id) => serverIdOf(id) ?? [])
}
