import { Api } from 'telegram'
import { uploadFile } from '../protocol/upload.ts'
import type { OutgoingFile } from './actions.ts'
import { packWaveform } from './pack-waveform.ts'
import type { TransmitParts } from './transmit-parts.ts'

const maxPhotoBytes = 10_000_000

/** A file of the homeserver's, brought to Telegram. */
export async function uploadMedia(
  parts: Pick<TransmitParts, 'host' | 'call' | 'maxBytes'>,
  file: OutgoingFile,
  signal: AbortSignal,
): Promise<Api.TypeInputMedia> {
  const { bytes, mimeType } = await parts.host.download(file.mxc, parts.maxBytes)
  const input = await uploadFile((request) => parts.call(request, signal), bytes, file.fileName)
  const type = file.mimeType ?? mimeType
  const isPhoto = file.kind === 'image' && /^image\/(jpeg|png|webp)$/.test(type) && bytes.length <= maxPhotoBytes
  if (isPhoto) return new Api.InputMediaUploadedPhoto({ file: input })
  return new Api.InputMediaUploadedDocument({ file: input, mimeType: type, attributes: attributesOf(file) })
}

function attributesOf(file: OutgoingFile): Api.TypeDocumentAttribute[] {
  const { kind, fileName, width, height, durationMs = 0, isVoice, waveform, isGif } = file
  const duration = durationMs / 1000
  const attributes: Api.TypeDocumentAttribute[] = [new Api.DocumentAttributeFilename({ fileName })]
  if (kind === 'video') {
    attributes.push(
      new Api.DocumentAttributeVideo({ duration, w: width ?? 0, h: height ?? 0, supportsStreaming: true }),
    )
    if (isGif === true) attributes.push(new Api.DocumentAttributeAnimated())
  }
  if (kind === 'audio') {
    attributes.push(
      new Api.DocumentAttributeAudio({
        duration: Math.round(duration),
        ...(isVoice === true && { voice: true }),
        ...(waveform !== undefined && { waveform: packWaveform(waveform) }),
      }),
    )
  }
  if (kind === 'sticker') {
    attributes.push(new Api.DocumentAttributeSticker({ alt: '', stickerset: new Api.InputStickerSetEmpty() }))
  }
  return attributes
}
