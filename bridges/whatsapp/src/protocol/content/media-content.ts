import type { AnyMessageContent, proto } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { aboutOf, type OutgoingContext } from './about-of.ts'
import { makeContent, type Upload } from './make-content.ts'

/** A file as WhatsApp takes it. */
export type OutgoingMedia =
  | {
      readonly kind: 'image' | 'video'
      readonly width?: number
      readonly height?: number
      readonly isGif?: boolean
      readonly seconds?: number
    }
  | { readonly kind: 'audio'; readonly seconds: number; readonly isVoice: boolean; readonly waveform: Uint8Array }
  | { readonly kind: 'sticker'; readonly width?: number; readonly height?: number }
  | { readonly kind: 'document'; readonly fileName: string }

export interface OutgoingBytes {
  readonly bytes: Uint8Array
  readonly mimeType: string
  readonly media: OutgoingMedia
  readonly caption: string
}

/** Encrypts the file and uploads it. What a preview needs is given, so that the library looks for no other program. */
export async function mediaContent(
  socket: Upload,
  { bytes, mimeType, media, caption }: OutgoingBytes,
  about: OutgoingContext,
  logger: Logger,
): Promise<proto.IMessage> {
  const given = { ...fieldsOf(Buffer.from(bytes), media, caption), mimetype: mimeType, ...aboutOf(about) }
  return await makeContent(given as AnyMessageContent, socket, logger)
}

function fieldsOf(bytes: Buffer, media: OutgoingMedia, caption: string): object {
  const said = caption === '' ? {} : { caption }
  switch (media.kind) {
    case 'image':
      return { image: bytes, jpegThumbnail: '', ...sizeOf(media), ...said }
    case 'video': {
      const { seconds, isGif } = media
      const details = { ...(seconds !== undefined && { seconds }), ...(isGif === true && { gifPlayback: true }) }
      return { video: bytes, jpegThumbnail: '', ...sizeOf(media), ...details, ...said }
    }
    case 'audio':
      return {
        audio: bytes,
        seconds: media.seconds,
        ptt: media.isVoice,
        ...(media.isVoice && { waveform: media.waveform }),
      }
    case 'sticker':
      return { sticker: bytes, ...sizeOf(media) }
    case 'document':
      return { document: bytes, fileName: media.fileName, ...said }
  }
}

function sizeOf({ width, height }: { width?: number; height?: number }): object {
  return width !== undefined && height !== undefined ? { width, height } : {}
}
