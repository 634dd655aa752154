import type { ChatKey } from '@pons/core'
import { privateSnapshot } from '../chat-info/private-snapshot.ts'
import { remoteUser } from '../chat-info/remote-user.ts'
import { chatName } from '../chat-name.ts'
import { actionText, isCtcp } from '../convert/ctcp-text.ts'
import { stripFormatting } from '../convert/formatting.ts'
import { snapshotOf } from '../irc-context.ts'
import type { LineId } from '../line-ids.ts'
import { legible } from '../protocol/decode-line.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import { tellOwner } from '../tell-owner.ts'
import { answerCtcp } from './answer-ctcp.ts'
import { audienceOf } from './audience-of.ts'
import { isService } from './is-service.ts'
import { lineTimeMs } from './line-time-ms.ts'
import { messageEvent } from './message-event.ts'
import { privateChat } from './private-chat.ts'
import type { ReadLine } from './line-read.ts'
import type { ReadingContext } from './reading-context.ts'

/** What somebody says: to a channel, to a login alone, or to the relay. */
export function handleMessage(read: ReadLine): void {
  const { context, session, line } = read
  const target = line.params[0] ?? ''
  if (session.server.hasSaid(line)) return
  const name = target.slice(session.features.statusOf(target).length)
  if (!session.features.isChannel(name)) return handlePrivateText(read)
  const channel = session.channel(name)
  if (!channel) return
  const { network } = context
  const folded = network.fold(channel.name)
  if (network.nicks.isOurs(line.nick, `${line.user}@${line.host}`)) {
    const timeMs = lineTimeMs(context, line)
    const isNew = line.tags['msgid'] !== undefined || network.isObserver(context.self, name)
    if (isNew)
      network.ownLines.add(folded, {
        command: line.command,
        text: line.params[1] ?? '',
        id: line.tags['msgid'],
        timeMs,
      })
    return
  }
  if (!network.isObserver(context.self, name)) return context.recent.add(folded, line)
  const chat = network.channelChat(name)
  network.lastSeen.noteSaid(folded)
  const lineId = idOf(context, session, line, chat)
  const audience = audienceOf(session, channel, line)
  const event = messageEvent(context, session, line, {
    chat,
    id: lineId.id,
    createPortal: { kind: 'channel', name: legible(channel.name) },
    ...(audience !== undefined && { audience }),
  })
  if (!event) return
  network.lanes.push(chatName(chat), async () => {
    const id = await network.lineIds.settle(chat, line, lineId)
    return await network.roomMaking({ ...event, id }, () => snapshotOf(context, channel, session))
  })
}

function handlePrivateText(read: ReadLine): void {
  const { context, session, line } = read
  const { network, login } = context
  const text = line.params[1] ?? ''
  if (session.isSelf(line.nick) || network.nicks.isOurs(line.nick) || !session.isSelf(line.params[0] ?? '')) return
  if (isCtcp(text) && actionText(text) === undefined) return answerCtcp(network.parts.clock, session, line)
  if (!login) return answerForRelay(read)
  const sender = remoteUser(network.name, line.nick, session.features)
  const chat = privateChat(context, session, line.nick)
  if (isService(line)) {
    const words = `${line.nick} on ${network.displayName}: ${stripFormatting(text)}`
    tellOwner(context, words)
    return
  }
  const lineId = idOf(context, session, line, chat)
  const createPortal = privateSnapshot(sender, line.nick)
  const event = messageEvent(context, session, line, { chat, id: lineId.id, createPortal })
  if (!event) return
  context.catchUp.privates.push(async () => ({ ...event, id: await network.lineIds.settle(chat, line, lineId) }), event)
}

function idOf(context: ReadingContext, session: Session, line: IrcLine, chat: ChatKey): LineId {
  const { network, connectionNumber } = context
  return (
    network.lineIds.live(chat, line, session.server.historyPrecisionMs) ?? { id: network.nextLineId(connectionNumber) }
  )
}

// Nobody reads what is said to the relay alone; a message is answered, a notice never (or two programs talk for ever).
function answerForRelay({ context, session, line }: ReadLine): void {
  if (line.command !== 'PRIVMSG' || !context.greeted.isFirst(context.network.fold(line.nick))) return
  session.write(
    'NOTICE',
    [line.nick, 'I carry messages between IRC and Matrix; nobody reads what you say to me here.'],
    line.nick,
  )
}
