import { remoteMessageId, type BridgeHost, type RemoteEvent } from '@pons/core'
import { createHash } from 'node:crypto'
import { Api } from 'telegram'
import { chatKeyOf, isUnsigned, messageIdOf } from '../ids.ts'
import { peerKeyOf } from '../protocol/peer-key.ts'
import { editedTo } from './edited-to.ts'
import type { Naming } from './naming.ts'
import type { OnceMessages } from './once-messages.ts'
import { redactionEvent } from './redaction-event.ts'
import { senderOf } from './sender-of.ts'

export interface EditedMessageParts extends Naming {
  readonly host: Pick<BridgeHost, 'ghostUserId' | 'now'>
  readonly once: OnceMessages
}

/** An update of a message without a date of change says that its preview, its views or its reactions changed. */
export async function editEvents(
  { host, people, once }: EditedMessageParts,
  message: Api.TypeMessage,
): Promise<RemoteEvent[]> {
  if (!(message instanceof Api.Message)) return []
  const { login } = people
  const peer = peerKeyOf(message.peerId)
  const chat = chatKeyOf(peer, login)
  const target = messageIdOf(peer, message.id, login)
  if (hasExpired(message.media) && (await once.has(message.id)))
    return [redactionEvent(login, { chat, target, nowMs: host.now() })]
  if (message.editDate === undefined || message.editHide === true) return []
  const author = senderOf(login, message)
  const edited = await editedTo({ people, host }, message)
  if (edited === undefined) return []
  const content = createHash('sha256').update(JSON.stringify(edited.document)).digest('base64url').slice(0, 16)
  return [
    {
      kind: 'edit',
      chat,
      id: remoteMessageId(`edit:${target}:${message.editDate}:${content}`),
      timestampMs: message.editDate * 1000,
      login,
      sender: await people.user(author),
      ...(isUnsigned(author) && { mayBeOurs: true }),
      target,
      ...edited,
    },
  ]
}

/** A medium that was to be seen once, and has been. */
function hasExpired(media: Api.TypeMessageMedia | undefined): boolean {
  if (media instanceof Api.MessageMediaPhoto) return media.ttlSeconds !== undefined && media.photo === undefined
  return media instanceof Api.MessageMediaDocument && media.ttlSeconds !== undefined && media.document === undefined
}
