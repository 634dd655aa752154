import {
  cleanMessage,
  decodeMessageNode,
  proto,
  unpadRandomMax16,
  type AuthenticationCreds,
  type WAMessage,
} from '@whiskeysockets/baileys'
import type { PendingStanza } from './decryption-log.ts'
import type { Content } from './incoming.ts'

/** What the log of decryptions has kept of a stanza, as the library would have handed it over. */
export function messageOfPending(
  { attrs, plains }: PendingStanza,
  { me }: Pick<AuthenticationCreds, 'me'>,
): WAMessage | undefined {
  if (me === undefined) return undefined
  const stanza = { tag: 'message', attrs: { ...attrs }, content: [] }
  const { fullMessage } = decodeMessageNode(stanza, me.id, me.lid ?? '')
  const parts = plains.map((plain) => {
    const part = proto.Message.decode(unpadRandomMax16(plain))
    return part.deviceSentMessage?.message ?? part
  })
  fullMessage.message = Object.assign({}, ...parts) as Content
  cleanMessage(fullMessage, me.id, me.lid ?? '')
  return fullMessage
}
