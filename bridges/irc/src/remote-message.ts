import type { ChatKey, ChatSnapshot, RemoteMessage, RemoteMessageId } from '@pons/core'
import { remoteUser } from './chat-info.ts'
import type { IrcClient } from './client.ts'
import { documentOf, readIrcText } from './convert/from-remote.ts'
import { numberedMessageId } from './ids.ts'
import { serverTimeMs, type IrcLine } from './protocol/line.ts'
import type { Session } from './protocol/session.ts'

/** The id under which a line is stored: the server's own, or one that only this connection could give. */
export function lineId(client: IrcClient, line: IrcLine): RemoteMessageId {
  const msgid = line.tags['msgid']
  return msgid === undefined ? client.network.nextLineId(client.connectionNumber) : numberedMessageId(msgid)
}

export function lineTimeMs(client: IrcClient, line: IrcLine): number {
  return serverTimeMs(line) ?? client.network.parts.host.now()
}

/** What somebody said, as an event; undefined for requests between programs. */
export function messageEvent(
  client: IrcClient,
  session: Session,
  line: IrcLine,
  place: { readonly chat: ChatKey; readonly createPortal: ChatSnapshot; readonly audience?: string },
): RemoteMessage | undefined {
  const text = readIrcText(line.command === 'NOTICE' ? 'NOTICE' : 'PRIVMSG', line.params[1] ?? '')
  if (!text) return undefined
  const { network } = client
  const said = place.audience === undefined ? text : { ...text, text: `[${place.audience}] ${text.text}` }
  return {
    kind: 'message',
    chat: place.chat,
    id: lineId(client, line),
    timestampMs: lineTimeMs(client, line),
    ...(client.login && { login: client.login.id }),
    sender: remoteUser(network.name, line.nick, session.features),
    document: documentOf(said, (word) => {
      const holder = network.nicks.holderOf(word)
      return holder === undefined ? undefined : network.client(holder)?.login?.owner
    }),
    createPortal: place.createPortal,
  }
}
