import type { ChatKey, RemoteEvent } from '@pons/core'
import { remoteUser } from '../chat-info.ts'
import type { IrcContext } from '../irc-context.ts'
import { stripFormatting } from '../convert/formatting.ts'
import { privateChat } from './history/history-work.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import { answeredId, lineTimeMs } from './message-event.ts'

const longestReaction = 64

/** `REDACT target msgid [:reason]`, and `TAGMSG target` with a reaction in its tags: what is done to a message by its id. */
export function handleByMessageId(context: IrcContext, session: Session, line: IrcLine): void {
  const { network, login } = context
  const chat = chatOf(context, session, line)
  if (chat === undefined || line.nick === '' || network.nicks.isOurs(line.nick, `${line.user}@${line.host}`)) return
  const base = {
    chat,
    id: network.nextLineId(context.connectionNumber),
    timestampMs: lineTimeMs(context, line),
    ...(login && { login: login.id }),
    sender: remoteUser(network.name, line.nick, session.features),
  }
  const event = line.command === 'REDACT' ? redaction(context, line, base) : reaction(context, line, base)
  if (event) network.push(event)
}

type Base = Pick<Extract<RemoteEvent, { kind: 'reaction' }>, 'chat' | 'id' | 'timestampMs' | 'login' | 'sender'>

function redaction({ network }: IrcContext, { params }: IrcLine, base: Base): RemoteEvent | undefined {
  const [, msgid = '', words = ''] = params
  if (msgid === '') return undefined
  const reason = stripFormatting(words)
  const target = network.lineIds.meant(base.chat, msgid)
  return { ...base, kind: 'redaction', target, ...(reason !== '' && { reason }) }
}

function reaction({ network }: IrcContext, line: IrcLine, base: Base): RemoteEvent | undefined {
  const msgid = answeredId(line)
  const [key, back] = [line.tags['+draft/react'], line.tags['+draft/unreact']]
  const emoji = key ?? back ?? ''
  if (msgid === undefined || emoji === '' || emoji.length > longestReaction) return undefined
  const target = network.lineIds.meant(base.chat, msgid)
  return { ...base, kind: key === undefined ? 'reaction-removal' : 'reaction', target, key: emoji }
}

/** Of a channel its observer alone tells; of private words the login to which they were said. */
function chatOf(context: IrcContext, session: Session, { nick, params }: IrcLine): ChatKey | undefined {
  const { network, login } = context
  const [target = ''] = params
  if (session.features.isChannel(target))
    return network.isObserver(context.self, target) ? network.channelChat(target) : undefined
  return login !== undefined && session.isSelf(target) ? privateChat(context, session, nick) : undefined
}
