import type { ChatKey } from '@pons/core'
import { privateSnapshot } from '../../chat-info/private-snapshot.ts'
import { remoteUser } from '../../chat-info/remote-user.ts'
import type { Work } from '../../chat-lanes.ts'
import type { IrcContext } from '../../irc-context.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { isService } from '../is-service.ts'
import { messageEvent } from '../message-event.ts'
import { spokenId } from './spoken-id.ts'
import { unlessKnown } from './unless-known.ts'

/** Makes of the lines of one history of a private chat, handed in from the oldest on, what is to be stored of them. */
export function privateHistory(
  context: IrcContext,
  session: Session,
  chat: ChatKey,
): (lines: readonly IrcLine[]) => readonly Work[] {
  const idOf = context.network.lineIds.replay(chat, session.server.historyPrecisionMs)
  return (lines) =>
    lines.flatMap((line) => {
      if (isService(line)) return []
      const id = spokenId(context, session, line, idOf)
      if (id === undefined) return []
      const createPortal = privateSnapshot(remoteUser(context.network.name, line.nick, session.features), line.nick)
      const event = messageEvent(context, session, line, { chat, id, createPortal })
      return event ? [unlessKnown(context, event, () => createPortal)] : []
    })
}
