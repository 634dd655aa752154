import { BridgeError, type DownloadedMedia } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import type { FileSource } from '../convert/media-from-whatsapp.ts'
import { isGroup, jidOf, type Jid } from '../ids.ts'
import { askForUpload, type LostFile } from '../protocol/ask-for-upload.ts'
import { download } from '../protocol/download.ts'
import { ForeignHostError } from '../protocol/foreign-host-error.ts'
import { GoneError } from '../protocol/gone-error.ts'
import type { Socket } from '../protocol/open-socket.ts'
import { pictureOf } from '../protocol/picture-of.ts'
import { TooLargeError } from '../protocol/too-large-error.ts'
import { WrongFileError } from '../protocol/wrong-file-error.ts'

export interface FetchParts {
  readonly socket: Socket
  readonly options: RequestInit
  readonly maxBytes: number
}

const uploadPatienceMs = 20_000

/** Fetches what an event named. @throws BridgeError in words where it is gone, too large, or not what it should be */
export async function fetchMedia(parts: FetchParts, source: JsonObject): Promise<DownloadedMedia> {
  try {
    const { pictureOf: whose } = source
    if (typeof whose === 'string') return await fetchPicture(parts, jidOf(whose))
    return await fetchFile(parts, source as unknown as FileSource)
  } catch (error) {
    if (error instanceof TooLargeError) throw tooLarge(parts.maxBytes)
    if (error instanceof GoneError) throw new BridgeError('it is no longer on WhatsApp', { cause: error })
    if (isForeign(error)) throw new BridgeError('it is said to lie on a host that is not WhatsApp’s', { cause: error })
    if (error instanceof WrongFileError) {
      throw new BridgeError('it was damaged on its way through WhatsApp', { cause: error })
    }
    throw error
  }
}

async function fetchFile(parts: FetchParts, source: FileSource): Promise<DownloadedMedia> {
  const { options, maxBytes } = parts
  const { type, url, directPath, mimeType, sizeBytes } = source
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
  const keys = {
    mediaKey: Buffer.from(source.mediaKey, 'base64'),
    fileSha256: Buffer.from(source.fileSha256, 'base64'),
  }
  try {
    return { bytes: await download({ type, url, directPath, ...keys }, options, maxBytes), mimeType }
  } catch (error) {
    if (!(error instanceof GoneError)) throw error
    const renewed = await askForUpload(parts.socket, lostFileOf(source), uploadPatienceMs)
    if (renewed === undefined) throw error
    return { bytes: await download({ type, url, directPath: renewed, ...keys }, options, maxBytes), mimeType }
  }
}

function lostFileOf({ chat, messageId, isFromMe, sender, mediaKey, ...file }: FileSource): LostFile {
  const { type, directPath, url } = file
  const jid = jidOf(chat)
  const participant = jid !== undefined && isGroup(jid) ? { participant: sender } : {}
  const key = { remoteJid: chat, id: messageId, fromMe: isFromMe, ...participant }
  return { type, key, url, directPath, mediaKey: Buffer.from(mediaKey, 'base64') }
}

async function fetchPicture({ socket, options, maxBytes }: FetchParts, jid: Jid | undefined): Promise<DownloadedMedia> {
  const picture = jid === undefined ? undefined : await pictureOf(socket, jid)
  const response = picture && (await fetch(picture.url, options))
  if (response?.ok !== true) throw new BridgeError('there is no picture any more')
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  return { bytes, mimeType: response.headers.get('content-type') ?? 'image/jpeg' }
}

/** The library and fetch wrap what went wrong below them. */
function isForeign(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at instanceof ForeignHostError) return true
  }
  return false
}

function tooLarge(maxBytes: number): BridgeError {
  return new BridgeError(`it is larger than the ${Math.floor(maxBytes / 1_000_000)} MB that are bridged`)
}
