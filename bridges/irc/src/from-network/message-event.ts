import { isBlank, type ChatKey, type ChatSnapshot, type RemoteMessage, type RemoteMessageId } from '@pons/core'
import { remoteUser } from '../chat-info.ts'
import type { IrcContext } from '../irc-context.ts'
import { stripFormatting } from '../convert/formatting.ts'
import { documentOf, readIrcText } from '../convert/from-irc.ts'
import type { Channel } from '../protocol/channels.ts'
import { legible } from '../protocol/decode-line.ts'
import { serverTimeMs, type IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'

/** Lines of services that a person wants to read although no chat with them is open. */
const servicePattern = /serv$/i

export function lineTimeMs(context: IrcContext, line: IrcLine): number {
  return serverTimeMs(line) ?? context.network.parts.host.now()
}

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

/** The server's id of the message that a line answers or reacts to. */
export function answeredId({ tags }: IrcLine): string | undefined {
  const id = tags['+draft/reply'] ?? tags['+reply']
  return id === '' ? undefined : id
}

/** `to @#channel` where a line was said to those of a rank alone. */
export function audienceOf({ features }: Session, channel: Channel, { params }: IrcLine): string | undefined {
  const status = features.statusOf(params[0] ?? '')
  return status === '' ? undefined : legible(`to ${status}${channel.name}`)
}

export function isService({ command, nick }: IrcLine): boolean {
  return command === 'NOTICE' && servicePattern.test(nick)
}
