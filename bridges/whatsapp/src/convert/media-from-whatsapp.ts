import type { MediaReference } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import type { Content } from '../protocol/incoming.ts'

type FileType = 'image' | 'video' | 'audio' | 'document' | 'sticker'

/** All that is needed to fetch a file later, after a restart too. Bytes are in base64. */
export type FileSource = {
  readonly login: string
  readonly type: FileType
  readonly url: string
  readonly directPath: string
  readonly mediaKey: string
  readonly fileSha256: string
  readonly sizeBytes: number
  readonly mimeType: string
  /** Where the message is, to ask for the file again. */
  readonly chat: string
  readonly messageId: string
  readonly isFromMe: boolean
  readonly sender: string
}

export type MessagePlace = Pick<FileSource, 'login' | 'chat' | 'messageId' | 'isFromMe' | 'sender'>

export interface FoundMedia {
  readonly media: MediaReference
  readonly caption: string
}

type Medium = NonNullable<
  | Content['imageMessage']
  | Content['videoMessage']
  | Content['audioMessage']
  | Content['documentMessage']
  | Content['stickerMessage']
>

/** The file of a message; undefined for messages that have none. */
export function mediaOf(content: Content, place: MessagePlace): FoundMedia | undefined {
  const { imageMessage: image, audioMessage: audio, documentMessage: document, stickerMessage: sticker } = content
  const video = content.videoMessage ?? content.ptvMessage
  if (image) {
    const { width, height } = image
    return found('image', image, place, { ...sized(width, height), caption: image.caption })
  }
  if (video) {
    const { width, height, seconds, gifPlayback } = video
    const details = { ...sized(width, height), ...lasting(seconds), ...(gifPlayback === true && { isGif: true }) }
    return found('video', video, place, { ...details, caption: video.caption })
  }
  if (audio) {
    const waveform = audio.waveform && audio.waveform.length > 0 ? levelsOf(audio.waveform) : undefined
    const isVoice = audio.ptt === true && { isVoice: true, ...(waveform !== undefined && { waveform }) }
    return found('audio', audio, place, { ...lasting(audio.seconds), ...isVoice })
  }
  if (sticker) return found('sticker', sticker, place, sized(sticker.width, sticker.height))
  if (!document) return undefined
  const fileName = document.fileName ?? document.title
  return found('document', document, place, { ...(fileName && { fileName }), caption: document.caption })
}

/** An edit of a caption may bring the words of the medium without its keys. */
export function isFetchable(content: Content): boolean {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = content
  const media = [imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage]
  return media.some((medium) => Boolean(medium?.mediaKey?.length) && Boolean(medium?.directPath || medium?.url))
}

interface Details extends Partial<MediaReference> {
  readonly caption?: string | null | undefined
}

function found(type: FileType, medium: Medium, place: MessagePlace, { caption, ...details }: Details): FoundMedia {
  const mimeType = medium.mimetype ?? 'application/octet-stream'
  const sizeBytes = Number(medium.fileLength ?? 0)
  const source: FileSource = {
    ...place,
    type,
    url: medium.url ?? '',
    directPath: medium.directPath ?? '',
    mediaKey: base64(medium.mediaKey),
    fileSha256: base64(medium.fileSha256),
    sizeBytes,
    mimeType,
  }
  const kind = type === 'document' ? 'file' : type
  const ending = mimeType.split(';')[0]?.split('/')[1] ?? 'bin'
  const media: MediaReference = {
    kind,
    fileName: `${kind}-${place.messageId}.${ending}`,
    mimeType,
    sizeBytes,
    ...details,
    source: { remote: { ...source } satisfies JsonObject },
  }
  return { media, caption: caption ?? '' }
}

function base64(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64')
}

function sized(width: number | null | undefined, height: number | null | undefined): Partial<MediaReference> {
  return width && height ? { width, height } : {}
}

function lasting(seconds: number | null | undefined): Partial<MediaReference> {
  return seconds ? { durationMs: seconds * 1000 } : {}
}

/** WhatsApp has 64 levels of 0 to 100. */
function levelsOf(waveform: Uint8Array): number[] {
  return [...waveform.subarray(0, 120)].map((level) => Math.min(1024, Math.round((level * 1024) / 100)))
}
