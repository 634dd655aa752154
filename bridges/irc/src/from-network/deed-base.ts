import type { ChatKey, RemoteEvent } from '@pons/core'
import { remoteUser } from '../chat-info/remote-user.ts'
import type { IrcContext } from '../irc-context.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import { lineTimeMs } from './line-time-ms.ts'
import { privateChat } from './private-chat.ts'

/** What is the same of all that is done to a message by its id. */
export type DeedBase = Pick<
  Extract<RemoteEvent, { kind: 'reaction' }>,
  'chat' | 'id' | 'timestampMs' | 'login' | 'sender'
>

/** Who did something to a message, where and when; undefined where it is not for this connection to tell. */
export function deedBase(context: IrcContext, session: Session, line: IrcLine): DeedBase | undefined {
  const { network, login } = context
  const chat = chatOf(context, session, line)
  if (chat === undefined || line.nick === '' || network.nicks.isOurs(line.nick, `${line.user}@${line.host}`)) return
  return {
    chat,
    id: network.nextLineId(context.connectionNumber),
    timestampMs: lineTimeMs(context, line),
    ...(login && { login: login.id }),
    sender: remoteUser(network.name, line.nick, session.features),
  }
}

/** Of a channel its observer alone tells; of private words the login to which they were said. */
function chatOf(context: IrcContext, session: Session, { nick, params }: IrcLine): ChatKey | undefined {
  const { network, login } = context
  const [target = ''] = params
  if (session.features.isChannel(target))
    return network.isObserver(context.self, target) ? network.channelChat(target) : undefined
  return login !== undefined && session.isSelf(target) ? privateChat(context, session, nick) : undefined
}
