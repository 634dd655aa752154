import { BridgeError, type TransmitContext, type Transmitted } from '@pons/core'
import type { MessageKey, OutgoingFile, Quote, WhatsAppAction } from './actions.ts'
import { changeChat } from './group-change.ts'
import { waveformOf } from '../convert/media-from-whatsapp.ts'
import { destination } from './destination.ts'
import { isGroup, jidOfChat, messageIdOf, type Jid } from '../ids.ts'
import { contextOf, type Content, type WebMessageKey } from '../protocol/incoming.ts'
import { beforeEnd } from '../protocol/mends/before-end.ts'
import { messageIdFor } from '../protocol/message-id.ts'
import { closeSocket, type Socket } from '../protocol/open-socket.ts'
import {
  cardContent,
  deleteContent,
  editContent,
  mediaContent,
  placeContent,
  reactContent,
  textContent,
  type OutgoingContext,
  type OutgoingMedia,
} from '../protocol/outgoing.ts'
import { relay } from '../protocol/relay.ts'
import { inWords, isConnectionLoss, refusalOfAck } from '../refusals.ts'
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
    const avatarId = await changeChat(parts, socket, chat, action)
    return { isConfirmed: true, ...(avatarId !== undefined && { avatarId }) }
  }
  const id = messageIdFor(context.key)
  const content = await contentOf(parts, socket, { action, chat, id })
  await send(parts, socket, { chat, id, content, edit: editAttribute(action, chat) })
  const seconds = contextOf(content)?.expiration ?? 0
  const disappearsAtMs = parts.host.now() + seconds * 1000
  return { isConfirmed: true, remoteId: messageIdOf(id), ...(seconds > 0 && { disappearsAtMs }) }
}

type MessageAction = Extract<WhatsAppAction, { kind: 'text' | 'file' | 'place' | 'edit' | 'delete' | 'react' }>

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

/** What tells servers and old clients that it is about another message. */
function editAttribute(action: MessageAction, chat: Jid): string | undefined {
  if (action.kind === 'edit') return '1'
  if (action.kind !== 'delete') return undefined
  return isGroup(chat) && action.target.author !== undefined ? '8' : '7'
}

async function newContent(parts: TransmitParts, socket: Socket, action: MessageAction, chat: Jid): Promise<Content> {
  const { logger } = parts.host
  switch (action.kind) {
    case 'text':
      return await textContent(action.text, aboutOf(parts, chat, action), logger)
    case 'place':
      return await placeContent(action, aboutOf(parts, chat, { ...action, mentions: [] }), logger)
    case 'file':
      return await fileContent(parts, socket, action, chat)
    case 'edit':
      return await editContent(keyOf(action.target, chat), action.text, action.mentions, logger)
    case 'delete':
      return await deleteContent(keyOf(action.target, chat), logger)
    case 'react':
      return await reactContent(keyOf(action.target, chat), action.key, logger)
  }
}

function keyOf({ id, author }: MessageKey, chat: Jid): WebMessageKey {
  const isFromMe = author === undefined
  return { remoteJid: chat, id, fromMe: isFromMe, ...(!isFromMe && isGroup(chat) && { participant: author }) }
}

function aboutOf(
  { people, timers }: TransmitParts,
  chat: Jid,
  { quote, mentions }: { quote?: Quote; mentions: readonly string[] },
): OutgoingContext {
  const timer = timers.of(chat)
  return {
    mentions,
    ...(timer !== undefined && timer.seconds > 0 && { timer }),
    ...(quote !== undefined && {
      quoted: { id: quote.id, participant: quote.author ?? people.self(), text: quote.text },
    }),
  }
}

async function fileContent(
  parts: TransmitParts,
  socket: Socket,
  action: Extract<WhatsAppAction, { kind: 'file' }>,
  chat: Jid,
): Promise<Content> {
  const { host, maxBytes } = parts
  const { file, text } = action
  const { bytes, mimeType: stored } = await host.download(file.mxc, maxBytes)
  const mimeType = file.mimeType ?? stored
  const about = aboutOf(parts, chat, action)
  if (/^text\/(?:x-)?vcard/.test(mimeType)) {
    const card = Buffer.from(bytes).toString('utf8')
    if (card.split('BEGIN:VCARD').length === 2) return await cardContent(card, about, host.logger)
  }
  const media = mediaFor(file, mimeType)
  const isVoice = media.kind === 'audio' && media.isVoice
  const sentType = isVoice && mimeType.startsWith('audio/ogg') ? 'audio/ogg; codecs=opus' : mimeType
  return await mediaContent(socket, { bytes, mimeType: sentType, media, caption: text }, about, host.logger)
}

/** What WhatsApp does not show as a picture, film or sticker goes as a file. */
function mediaFor(file: OutgoingFile, mimeType: string): OutgoingMedia {
  const { kind, fileName, width, height, durationMs, isVoice, waveform, isGif } = file
  const size = width !== undefined && height !== undefined ? { width, height } : {}
  const seconds = Math.max(1, Math.round((durationMs ?? 0) / 1000))
  if (kind === 'sticker' && mimeType === 'image/webp') return { kind: 'sticker', ...size }
  if ((kind === 'sticker' || kind === 'image') && /^image\/(?:jpeg|png|webp|gif)$/.test(mimeType)) {
    return { kind: 'image', ...size }
  }
  if (kind === 'video' && /^video\/(?:mp4|3gpp|quicktime)$/.test(mimeType)) {
    return { kind: 'video', ...size, ...(durationMs !== undefined && { seconds }), ...(isGif === true && { isGif }) }
  }
  if (kind === 'audio') {
    return { kind: 'audio', seconds, isVoice: isVoice === true, waveform: waveformOf(waveform ?? []) }
  }
  return { kind: 'document', fileName }
}
