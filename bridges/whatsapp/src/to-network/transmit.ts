import { BridgeError, type TransmitContext, type Transmitted } from '@pons/core'
import { jidOfChat, messageIdOf, type Jid } from '../ids.ts'
import { contextOf } from '../protocol/context-of.ts'
import type { Content } from '../protocol/incoming.ts'
import { beforeEnd } from '../protocol/mends/before-end.ts'
import { messageIdFor } from '../protocol/message-id.ts'
import { closeSocket, type Socket } from '../protocol/open-socket.ts'
import { relay } from '../protocol/relay.ts'
import { inWords, isConnectionLoss, refusalOfAck } from '../refusals.ts'
import type { WhatsAppAction } from './actions.ts'
import { changeGroup } from './change-group.ts'
import { destination } from './destination.ts'
import { editAttribute } from './edit-attribute.ts'
import type { MessageAction } from './message-action.ts'
import { newContent } from './new-content.ts'
import type { TransmitParts } from './transmit-parts.ts'

/**
 * Does one action. A repeat goes out under the same id and with the same content, and servers and devices take it for what
 * they have already: so nothing need be found out after a crash, and a lost answer is asked for by sending again.
 */
export async function transmit(
  parts: TransmitParts,
  action: WhatsAppAction,
  context: TransmitContext,
): Promise<Transmitted> {
  for (;;) {
    const socket = await parts.opened(context.signal)
    if (socket === undefined) {
      throw new BridgeError('the connection to WhatsApp has ended', { isRetryable: true, isCertain: false })
    }
    try {
      return await beforeEnd(socket, async () => await attempt(parts, socket, action, context))
    } catch (error) {
      if (!isConnectionLoss(error)) throw inWords(error)
      await closeSocket(socket)
    }
  }
}

async function attempt(
  parts: TransmitParts,
  socket: Socket,
  action: WhatsAppAction,
  context: TransmitContext,
): Promise<Transmitted> {
  const chat = jidOfChat(context.chat)
  if (!isMessage(action)) {
    const avatarId = await changeGroup(parts, socket, chat, action)
    return { isConfirmed: true, ...(avatarId !== undefined && { avatarId }) }
  }
  const id = messageIdFor(context.key)
  const content = await contentOf(parts, socket, { action, chat, id })
  await send(parts, socket, { chat, id, content, edit: editAttribute(action, chat) })
  const seconds = contextOf(content)?.expiration ?? 0
  const disappearsAtMs = parts.host.now() + seconds * 1000
  return { isConfirmed: true, remoteId: messageIdOf(id), ...(seconds > 0 && { disappearsAtMs }) }
}

function isMessage(action: WhatsAppAction): action is MessageAction {
  return ['text', 'file', 'place', 'edit', 'delete', 'react'].includes(action.kind)
}

/** Stored before it is sent: somebody may ask for it again. */
async function contentOf(
  parts: TransmitParts,
  socket: Socket,
  { action, chat, id }: { action: MessageAction; chat: Jid; id: string },
): Promise<Content> {
  const stored = await parts.sent.get(id)
  if (stored !== undefined) return stored
  const content = await newContent(parts, socket, action, chat)
  await parts.sent.put(id, content)
  return content
}

/** Waits until the server has accepted it; an answer that says otherwise is a refusal. */
async function send(
  { host, people }: TransmitParts,
  socket: Socket,
  { chat, id, content, edit }: { chat: Jid; id: string; content: Content; edit: string | undefined },
): Promise<void> {
  const to = await destination(people, socket, chat)
  const steps = { beforeSend: () => host.step('whatsapp:before-send'), sent: () => host.step('whatsapp:sent') }
  const refusal = await relay(socket, { to, id, content, edit }, steps)
  if (refusal !== undefined) throw refusalOfAck(refusal)
}
