import { isBlank, type ChatKey, type ChatSnapshot, type RemoteMessage, type RemoteMessageId } from '@pons/core'
import { remoteUser } from '../chat-info/remote-user.ts'
import { stripFormatting } from '../convert/formatting.ts'
import { documentOf, readIrcText } from '../convert/from-irc.ts'
import type { IrcContext } from '../irc-context.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import { answeredId } from './answered-id.ts'
import { lineTimeMs } from './line-time-ms.ts'

/** What somebody said, as an event; undefined for requests between programs, and where nothing is to be seen. */
export function messageEvent(
  context: IrcContext,
  session: Session,
  line: IrcLine,
  place: {
    readonly chat: ChatKey
    readonly id: RemoteMessageId
    readonly createPortal: ChatSnapshot
    readonly audience?: string
  },
): RemoteMessage | undefined {
  const text = readIrcText(line.command === 'NOTICE' ? 'NOTICE' : 'PRIVMSG', line.params[1] ?? '')
  if (!text || isBlank(stripFormatting(text.text))) return undefined
  const { network } = context
  const answered = answeredId(line)
  const said = place.audience === undefined ? text : { ...text, text: `[${place.audience}] ${text.text}` }
  return {
    kind: 'message',
    chat: place.chat,
    id: place.id,
    timestampMs: lineTimeMs(context, line),
    ...(context.login && { login: context.login.id }),
    sender: remoteUser(network.name, line.nick, session.features),
    document: documentOf(said, (word) => {
      const holder = network.nicks.holderOf(word)
      return holder === undefined ? undefined : network.client(holder)?.login?.owner
    }),
    ...(answered !== undefined && { replyTo: network.lineIds.meant(place.chat, answered) }),
    createPortal: place.createPortal,
  }
}
