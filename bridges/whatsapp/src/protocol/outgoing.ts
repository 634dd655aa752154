import {
  generateWAMessageContent,
  type AnyMessageContent,
  type proto,
  type WAMessageKey,
  type WASocket,
} from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { libraryLogger } from './library-logger.ts'

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

export interface OutgoingContext {
  readonly mentions: readonly string[]
  /** The chat's timer: how long the message stays, seconds, and when that was set. */
  readonly timer?: { readonly seconds: number; readonly setAt: number }
  readonly quoted?: { readonly id: string; readonly participant: string; readonly text: string }
}

type Upload = Pick<WASocket, 'waUploadToServer'>

/** Nothing is fetched of what a text links to. */
export async function textContent(text: string, about: OutgoingContext, logger: Logger): Promise<proto.IMessage> {
  return await content({ text, linkPreview: null, ...aboutOf(about) }, undefined, logger)
}

export async function placeContent(
  { latitude, longitude, name }: { latitude: number; longitude: number; name?: string },
  about: OutgoingContext,
  logger: Logger,
): Promise<proto.IMessage> {
  const location = { degreesLatitude: latitude, degreesLongitude: longitude, ...(name !== undefined && { name }) }
  return await content({ location, ...aboutOf(about) }, undefined, logger)
}

/** A contact's card, as the file of it says. */
export async function cardContent(vcard: string, about: OutgoingContext, logger: Logger): Promise<proto.IMessage> {
  const displayName = /^FN[^:\r\n]*:(.*)$/im.exec(vcard)?.[1]?.trim() ?? ''
  return await content(
    { contacts: { displayName, contacts: [{ displayName, vcard }] }, ...aboutOf(about) },
    undefined,
    logger,
  )
}

export async function editContent(
  key: WAMessageKey,
  text: string,
  mentions: readonly string[],
  logger: Logger,
): Promise<proto.IMessage> {
  return await content({ text, edit: key, linkPreview: null, mentions: [...mentions] }, undefined, logger)
}

export async function deleteContent(key: WAMessageKey, logger: Logger): Promise<proto.IMessage> {
  return await content({ delete: key }, undefined, logger)
}

export async function reactContent(key: WAMessageKey, text: string, logger: Logger): Promise<proto.IMessage> {
  return await content({ react: { key, text } }, undefined, logger)
}

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
  return await content(given as AnyMessageContent, socket, logger)
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

function aboutOf({ mentions, quoted, timer }: OutgoingContext): object {
  const contextInfo = {
    ...(quoted !== undefined && {
      stanzaId: quoted.id,
      participant: quoted.participant,
      quotedMessage: { conversation: quoted.text },
    }),
    ...(timer !== undefined && { expiration: timer.seconds, ephemeralSettingTimestamp: timer.setAt }),
  }
  return {
    ...(mentions.length > 0 && { mentions: [...mentions] }),
    ...(Object.keys(contextInfo).length > 0 && { contextInfo }),
  }
}

async function content(given: AnyMessageContent, socket: Upload | undefined, logger: Logger): Promise<proto.IMessage> {
  return await generateWAMessageContent(given, {
    logger: libraryLogger(logger),
    upload: async (file, options) => {
      if (socket === undefined) throw new TypeError('there is nothing to upload')
      return await socket.waUploadToServer(file, options)
    },
  })
}
