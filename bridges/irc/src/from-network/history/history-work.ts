import type { ChatKey, ChatSnapshot, RemoteMessage, RemoteMessageId } from '@pons/core'
import { privateSnapshot, remoteUser } from '../../chat-info.ts'
import type { Work } from '../../chat-lanes.ts'
import { snapshotOf, type IrcContext } from '../../irc-context.ts'
import { chatKeyOf } from '../../ids.ts'
import type { Channel } from '../../protocol/channels.ts'
import { legible } from '../../protocol/decode-line.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { audienceOf, isService, lineTimeMs, messageEvent } from '../message-event.ts'

/** Who tells, among the old lines of ergo, who came and went. */
const historyNarrator = 'HistServ'

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
      const id = idOfSpoken(context, session, line, idOf)
      if (id === undefined) return []
      const audience = audienceOf(session, channel, line)
      const event = messageEvent(context, session, line, { chat, id, createPortal, ...(audience && { audience }) })
      return event ? [unlessKnown(context, event, () => snapshotOf(context, channel, session))] : []
    })
}

/** The same for what somebody said to a login alone. */
export function privateHistory(
  context: IrcContext,
  session: Session,
  chat: ChatKey,
): (lines: readonly IrcLine[]) => readonly Work[] {
  const idOf = context.network.lineIds.replay(chat, session.server.historyPrecisionMs)
  return (lines) =>
    lines.flatMap((line) => {
      if (isService(line)) return []
      const id = idOfSpoken(context, session, line, idOf)
      if (id === undefined) return []
      const createPortal = privateSnapshot(remoteUser(context.network.name, line.nick, session.features), line.nick)
      const event = messageEvent(context, session, line, { chat, id, createPortal })
      return event ? [unlessKnown(context, event, () => createPortal)] : []
    })
}

/** The private chat of a login with whoever goes by that name. */
export function privateChat({ network, login }: IrcContext, session: Session, nick: string): ChatKey {
  return chatKeyOf({ network: network.name, name: session.features.fold(nick) }, login?.id)
}

/** Own lines in a history tell what became of what was sent. */
export function keepOwnLines(context: IrcContext, channel: string, lines: readonly IrcLine[]): void {
  const { network, connection } = context
  for (const line of lines) {
    if (!isOurs(context, connection.ready, line)) continue
    network.ownLines.add(network.fold(channel), {
      command: line.command,
      text: line.params[1] ?? '',
      id: line.tags['msgid'],
      timeMs: lineTimeMs(context, line),
    })
  }
}

function idOfSpoken(
  context: IrcContext,
  session: Session,
  line: IrcLine,
  idOf: (line: IrcLine) => RemoteMessageId | undefined,
): RemoteMessageId | undefined {
  if (line.command !== 'PRIVMSG' && line.command !== 'NOTICE') return undefined
  if (line.nick === '' || line.nick === historyNarrator || isOurs(context, session, line)) return undefined
  return idOf(line)
}

// Where somebody keeps our nick while we are away, nobody else can have spoken under it.
function isOurs(context: IrcContext, session: Session | undefined, line: IrcLine): boolean {
  if (session?.server.keepsNick === true && session.isSelf(line.nick)) return true
  return context.network.nicks.wasOurs(line.nick, lineTimeMs(context, line))
}

function unlessKnown({ network }: IrcContext, event: RemoteMessage, snapshot: () => ChatSnapshot): Work {
  return async () => {
    if (await network.parts.host.isKnown(event.chat, event.id)) return undefined
    return await network.roomMaking(event, snapshot)
  }
}
