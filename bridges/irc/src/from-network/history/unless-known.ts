import type { ChatSnapshot, RemoteMessage } from '@pons/core'
import type { Work } from '../../chat-lanes.ts'
import type { IrcContext } from '../../irc-context.ts'

/** Stores a message, unless it was stored when it was said. */
export function unlessKnown({ network }: IrcContext, event: RemoteMessage, snapshot: () => ChatSnapshot): Work {
  return async () => {
    if (await network.parts.host.isKnown(event.chat, event.id)) return undefined
    return await network.roomMaking(event, snapshot)
  }
}
