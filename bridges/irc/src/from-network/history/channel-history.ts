import type { ChatSnapshot } from '@pons/core'
import type { Work } from '../../chat-lanes.ts'
import { snapshotOf, type IrcContext } from '../../irc-context.ts'
import type { Channel } from '../../protocol/channels.ts'
import { legible } from '../../protocol/decode-line.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { audienceOf } from '../audience-of.ts'
import { messageEvent } from '../message-event.ts'
import { spokenId } from './spoken-id.ts'
import { unlessKnown } from './unless-known.ts'

/**
 * Makes of the lines of one history of a channel, handed in from the oldest on, what is to be stored of them: our own words
 * are left out, and what cannot be told from its repetition in the next history.
 */
export function channelHistory(
  context: IrcContext,
  session: Session,
  channel: Channel,
): (lines: readonly IrcLine[]) => readonly Work[] {
  const { network } = context
  const chat = network.channelChat(channel.name)
  const idOf = network.lineIds.replay(chat, session.server.historyPrecisionMs)
  const createPortal: ChatSnapshot = { kind: 'channel', name: legible(channel.name) }
  return (lines) =>
    lines.flatMap((line) => {
      const id = spokenId(context, session, line, idOf)
      if (id === undefined) return []
      const audience = audienceOf(session, channel, line)
      const event = messageEvent(context, session, line, { chat, id, createPortal, ...(audience && { audience }) })
      return event ? [unlessKnown(context, event, () => snapshotOf(context, channel, session))] : []
    })
}
