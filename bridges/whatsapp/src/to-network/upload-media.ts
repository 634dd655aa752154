import type { Jid } from '../ids.ts'
import { cardContent } from '../protocol/content/card-content.ts'
import { mediaContent, type OutgoingMedia } from '../protocol/content/media-content.ts'
import type { Content } from '../protocol/incoming.ts'
import type { Socket } from '../protocol/open-socket.ts'
import type { OutgoingFile, WhatsAppAction } from './actions.ts'
import { contextFor } from './context-for.ts'
import type { TransmitParts } from './transmit-parts.ts'
import { waveformOf } from './waveform-of.ts'

/** A file of the homeserver's, brought to WhatsApp; a card goes as one. */
export async function uploadMedia(
  parts: TransmitParts,
  socket: Socket,
  action: Extract<WhatsAppAction, { kind: 'file' }>,
  chat: Jid,
): Promise<Content> {
  const { host, maxBytes } = parts
  const { file, text } = action
  const { bytes, mimeType: stored } = await host.download(file.mxc, maxBytes)
  const mimeType = file.mimeType ?? stored
  const about = contextFor(parts, chat, action)
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
