import type { MediaReference } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import { Api } from 'telegram'

/** All that is needed to fetch a file later, after a restart too. */
export type FileSource = {
  readonly login: string
  readonly kind: 'photo' | 'document'
  readonly id: string
  readonly accessHash: string
  /** Base64; grows old, and is renewed by reading the message again. */
  readonly fileReference: string
  readonly dcId: number
  readonly sizeBytes: number
  readonly thumbSize: string
  readonly mimeType: string
  /** Where the message is. */
  readonly peer: string
  readonly messageId: number
}

export interface MessagePlace {
  readonly login: string
  readonly peer: string
  readonly messageId: number
}

/** The file of a photo or document; undefined for media that have none. */
export function mediaOf(media: Api.TypeMessageMedia | undefined, place: MessagePlace): MediaReference | undefined {
  if (media instanceof Api.MessageMediaPhoto && media.photo instanceof Api.Photo) return photoOf(media.photo, place)
  if (media instanceof Api.MessageMediaDocument && media.document instanceof Api.Document) {
    return documentOf(media.document, media, place)
  }
  return undefined
}

function photoOf(photo: Api.Photo, place: MessagePlace): MediaReference | undefined {
  const sizes = photo.sizes.flatMap((size) => {
    if (size instanceof Api.PhotoSize) return [{ type: size.type, w: size.w, h: size.h, bytes: size.size }]
    if (size instanceof Api.PhotoSizeProgressive) {
      return [{ type: size.type, w: size.w, h: size.h, bytes: size.sizes.at(-1) ?? 0 }]
    }
    return []
  })
  const largest = sizes.toSorted((a, b) => b.w * b.h - a.w * a.h)[0]
  if (largest === undefined) return undefined
  const source: FileSource = {
    ...place,
    kind: 'photo',
    id: photo.id.toString(),
    accessHash: photo.accessHash.toString(),
    fileReference: photo.fileReference.toString('base64'),
    dcId: photo.dcId,
    sizeBytes: largest.bytes,
    thumbSize: largest.type,
    mimeType: 'image/jpeg',
  }
  const { w: width, h: height, bytes: sizeBytes } = largest
  return {
    kind: 'image',
    fileName: `photo-${photo.id.toString()}.jpg`,
    width,
    height,
    sizeBytes,
    source: remote(source),
  }
}

function documentOf(document: Api.Document, media: Api.MessageMediaDocument, place: MessagePlace): MediaReference {
  const sizeBytes = Number(document.size.toString())
  const source: FileSource = {
    ...place,
    kind: 'document',
    id: document.id.toString(),
    accessHash: document.accessHash.toString(),
    fileReference: document.fileReference.toString('base64'),
    dcId: document.dcId,
    sizeBytes,
    thumbSize: '',
    mimeType: document.mimeType,
  }
  const details = attributesOf(document, media.voice === true)
  return {
    fileName: fallbackName(document, details.kind),
    ...details,
    mimeType: document.mimeType,
    sizeBytes,
    source: remote(source),
  }
}

type Details = Pick<MediaReference, 'kind'> & Partial<MediaReference>

function attributesOf({ attributes, mimeType }: Api.Document, isVoiceMedia: boolean): Details {
  let details: Details = { kind: kindOf(mimeType) }
  for (const attribute of attributes) {
    if (attribute instanceof Api.DocumentAttributeFilename) details = { ...details, fileName: attribute.fileName }
    if (attribute instanceof Api.DocumentAttributeSticker) details = { ...details, kind: stickerKind(mimeType) }
    if (attribute instanceof Api.DocumentAttributeAnimated) details = { ...details, kind: 'video', isGif: true }
    if (attribute instanceof Api.DocumentAttributeImageSize)
      details = { ...details, width: attribute.w, height: attribute.h }
    if (attribute instanceof Api.DocumentAttributeVideo) {
      const { w, h, duration } = attribute
      const isSticker = details.kind === 'sticker'
      details = { ...details, ...(!isSticker && { kind: 'video' }), width: w, height: h, durationMs: duration * 1000 }
    }
    if (attribute instanceof Api.DocumentAttributeAudio) {
      const isVoice = attribute.voice === true || isVoiceMedia
      const waveform = attribute.waveform === undefined ? undefined : unpackWaveform(attribute.waveform)
      details = {
        ...details,
        kind: 'audio',
        durationMs: attribute.duration * 1000,
        ...(isVoice && { isVoice }),
        ...(waveform !== undefined && waveform.length > 0 && { waveform }),
      }
    }
  }
  return details
}

function kindOf(mimeType: string): MediaReference['kind'] {
  // A picture sent as a file is meant to stay one.
  return mimeType.startsWith('video/') ? 'video' : mimeType.startsWith('audio/') ? 'audio' : 'file'
}

/** Animated stickers in Telegram's own formats are shown by no Matrix client: they come as files. */
function stickerKind(mimeType: string): MediaReference['kind'] {
  return mimeType === 'application/x-tgsticker' ? 'file' : mimeType === 'video/webm' ? 'video' : 'sticker'
}

function fallbackName(document: Api.Document, kind: MediaReference['kind']): string {
  const ending = document.mimeType.split(';')[0]?.split('/')[1] ?? 'bin'
  return `${kind}-${document.id.toString()}.${ending}`
}

/** Levels of five bits each, one after another (core.telegram.org/constructor/documentAttributeAudio). */
function unpackWaveform(packed: Buffer): number[] {
  const count = Math.min(120, Math.floor((packed.length * 8) / 5))
  return Array.from({ length: count }, (_, index) => {
    const bit = index * 5
    const word = (packed[bit >> 3] ?? 0) | ((packed[(bit >> 3) + 1] ?? 0) << 8)
    return Math.round((((word >> (bit & 7)) & 31) * 1024) / 31)
  })
}

function remote(source: FileSource): { readonly remote: JsonObject } {
  return { remote: { ...source } }
}
