import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'

export type MediaKind = 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'

export interface NewMedia {
  readonly kind: MediaKind
  readonly bytes: Uint8Array
  readonly mimeType: string
  readonly fileName?: string
  readonly caption?: string
}

/** A file that arrived, its MAC and hashes checked. */
export interface OpenedMedia extends NewMedia {
  readonly bytes: Buffer
}

/** The fields that say where an encrypted file is and how it is opened; the same in every kind of media message. */
export interface FileReference {
  readonly url?: string | null
  readonly directPath?: string | null
  readonly mediaKey?: Uint8Array | null
  readonly fileSha256?: Uint8Array | null
  readonly fileEncSha256?: Uint8Array | null
  readonly fileLength?: number | { toNumber(): number } | null
}

/** What a phone hands over to a device that it has linked is a file like those of messages. */
type FileKind = MediaKind | 'history'

const keyInfo: Readonly<Record<FileKind, string>> = {
  history: 'WhatsApp History Keys',
  image: 'WhatsApp Image Keys',
  sticker: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  voice: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
}
const macBytes = 10

export function sealFile(plain: Uint8Array, kind: FileKind): { blob: Buffer; reference: FileReference } {
  const mediaKey = randomBytes(32)
  const { iv, cipherKey, macKey } = keysOf(mediaKey, kind)
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv)
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  const blob = Buffer.concat([encrypted, macOf(macKey, iv, encrypted)])
  const reference = { mediaKey, fileLength: plain.length, fileSha256: sha256(plain), fileEncSha256: sha256(blob) }
  return { blob, reference }
}

/** @throws Error where a hash, the length or the MAC is not what the message says */
export function openFile(blob: Buffer, reference: FileReference, kind: MediaKind): Buffer {
  const { iv, cipherKey, macKey } = keysOf(reference.mediaKey ?? new Uint8Array(), kind)
  if (!sha256(blob).equals(reference.fileEncSha256 ?? Buffer.alloc(0))) throw new Error('fileEncSha256 is wrong')
  const encrypted = blob.subarray(0, -macBytes)
  if (!macOf(macKey, iv, encrypted).equals(blob.subarray(-macBytes))) throw new Error('the MAC of a file is wrong')
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv)
  const plain = Buffer.concat([decipher.update(encrypted), decipher.final()])
  if (!sha256(plain).equals(reference.fileSha256 ?? Buffer.alloc(0))) throw new Error('fileSha256 is wrong')
  if (Number(reference.fileLength ?? -1) !== plain.length) throw new Error('fileLength is wrong')
  return plain
}

/** The message for a file that lies on the media host. */
export function mediaMessage(media: NewMedia, reference: FileReference): proto.IMessage {
  const file = { ...reference, mimetype: media.mimeType, mediaKeyTimestamp: Math.floor(Date.now() / 1000) }
  const { caption = '', fileName = 'file' } = media
  const common = file as proto.Message.IImageMessage & proto.Message.IVideoMessage
  switch (media.kind) {
    case 'image':
      return { imageMessage: { ...common, caption, width: 1, height: 1 } }
    case 'video':
      return { videoMessage: { ...common, caption, seconds: 2, width: 320, height: 240 } }
    case 'audio':
      return { audioMessage: { ...common, seconds: 3, ptt: false } }
    case 'voice':
      return { audioMessage: { ...common, seconds: 3, ptt: true } }
    case 'sticker':
      return { stickerMessage: { ...common, isAnimated: false } }
    case 'document':
      return { documentMessage: { ...common, caption, fileName, title: fileName } }
  }
}

/** The file that a message is about, if it is about one. */
export function fileIn(
  content: proto.IMessage,
): { reference: FileReference; about: Omit<NewMedia, 'bytes'> } | undefined {
  const { imageMessage, videoMessage, audioMessage, stickerMessage, documentMessage } = content
  if (imageMessage) return described('image', imageMessage)
  if (videoMessage) return described('video', videoMessage)
  if (audioMessage) return described(audioMessage.ptt === true ? 'voice' : 'audio', audioMessage)
  if (stickerMessage) return described('sticker', stickerMessage)
  if (documentMessage) return described('document', documentMessage)
  return undefined
}

interface Described extends FileReference {
  readonly mimetype?: string | null
  readonly caption?: string | null
  readonly fileName?: string | null
}

function described(kind: MediaKind, message: Described) {
  const { mimetype, caption, fileName } = message
  const about = {
    kind,
    mimeType: mimetype ?? '',
    ...(typeof caption === 'string' && caption !== '' && { caption }),
    ...(typeof fileName === 'string' && { fileName }),
  }
  return { reference: message, about }
}

function keysOf(mediaKey: Uint8Array, kind: FileKind) {
  const keys = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), keyInfo[kind], 112))
  return { iv: keys.subarray(0, 16), cipherKey: keys.subarray(16, 48), macKey: keys.subarray(48, 80) }
}

function macOf(key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  return createHmac('sha256', key).update(iv).update(encrypted).digest().subarray(0, macBytes)
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
