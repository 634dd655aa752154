import type { Post, TelegramServer, TlObject } from '../telegram/index.ts'
import { documentOf, photoOf } from '../telegram/world/media.ts'
import type { LoopbackMedia, LoopbackMediaKind } from './loopback-chat.ts'

/** A medium as somebody on Telegram sends it. Voice messages and films lie on another data centre. */
export function mediaOfKind(world: TelegramServer['world'], media: LoopbackMedia): NonNullable<Post['media']> {
  const { kind, mimeType } = media
  const file = world.storeFile(Buffer.from(media.bytes), kind === 'video' ? 4 : 2)
  const date = world.now()
  if (kind === 'image') return { tl: { _: 'messageMediaPhoto', photo: photoOf(file, date) }, file }
  const document = documentOf(file, { mimeType, attributes: attributesOf(media), date })
  return { tl: { _: 'messageMediaDocument', document }, file }
}

function attributesOf({ kind, fileName }: LoopbackMedia): TlObject[] {
  const named = fileName === undefined ? [] : [{ _: 'documentAttributeFilename', file_name: fileName }]
  switch (kind) {
    case 'video':
      return [...named, { _: 'documentAttributeVideo', duration: 2.5, w: 320, h: 240 }]
    case 'voice':
      return [{ _: 'documentAttributeAudio', voice: true, duration: 3, waveform: Buffer.from([0xff, 0x03, 0x1f]) }]
    case 'audio':
      return [...named, { _: 'documentAttributeAudio', duration: 3, title: 'A song' }]
    case 'sticker':
      return [{ _: 'documentAttributeSticker', alt: '🙂', stickerset: { _: 'inputStickerSetEmpty' } }]
    default:
      return named
  }
}

/** A medium that came from Matrix, as it arrived. */
export function shownMedia({ media, text }: Post): LoopbackMedia | undefined {
  if (media?.file === undefined) return undefined
  const document = media.tl['document'] as TlObject | undefined
  const attributes = (document?.['attributes'] ?? []) as readonly TlObject[]
  const name = attributes.find(({ _ }) => _ === 'documentAttributeFilename')?.['file_name']
  return {
    kind: kindOf(document, attributes),
    bytes: media.file.bytes,
    mimeType: typeof document?.['mime_type'] === 'string' ? document['mime_type'] : 'image/jpeg',
    ...(typeof name === 'string' && { fileName: name }),
    ...(text !== '' && { caption: text }),
  }
}

function kindOf(document: TlObject | undefined, attributes: readonly TlObject[]): LoopbackMediaKind {
  if (document === undefined) return 'image'
  const names = attributes.map(({ _ }) => _)
  if (names.includes('documentAttributeSticker')) return 'sticker'
  if (names.includes('documentAttributeVideo')) return 'video'
  const audio = attributes.find(({ _ }) => _ === 'documentAttributeAudio')
  if (audio === undefined) return 'file'
  return audio['voice'] === true ? 'voice' : 'audio'
}
