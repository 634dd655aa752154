import { BridgeError, type DownloadedMedia } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { mediaOf, type FileSource } from '../convert/media-from-telegram.ts'
import type { FileLocation } from '../protocol/download.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import { refusalOf } from '../protocol/refusal-of.ts'
import { TooLargeError } from '../protocol/too-large-error.ts'
import type { Reader } from '../reader.ts'

interface AvatarSource {
  readonly avatarOf: PeerKey
  readonly photoId: string
  readonly dcId: number
}

/** Where files come from, and what is too large. */
export interface Files extends Reader {
  fetch(location: FileLocation): Promise<Buffer>
  readonly maxBytes: number
}

/** Fetches what an event named. @throws BridgeError in words where it is gone or too large */
export async function fetchMedia(files: Files, source: JsonObject): Promise<DownloadedMedia> {
  try {
    if ('avatarOf' in source) return await fetchAvatar(files, source as unknown as AvatarSource)
    return await fetchSource(files, source as unknown as FileSource)
  } catch (error) {
    if (error instanceof TooLargeError) throw tooLarge(files.maxBytes)
    const refusal = refusalOf(error)
    if (refusal === undefined || refusal.includes('WAIT')) throw error
    throw new BridgeError('it is no longer on Telegram', { cause: error })
  }
}

async function fetchSource(files: Files, source: FileSource): Promise<DownloadedMedia> {
  if (source.sizeBytes > files.maxBytes) throw tooLarge(files.maxBytes)
  try {
    return {
      bytes: await files.fetch(fileOf(source)),
      mimeType: source.mimeType,
    }
  } catch (error) {
    if (refusalOf(error)?.startsWith('FILE_REFERENCE_') !== true) throw error
    const fresh = await renewed(files, source)
    return { bytes: await files.fetch(fileOf(fresh)), mimeType: fresh.mimeType }
  }
}

function tooLarge(maxBytes: number): BridgeError {
  return new BridgeError(`it is larger than the ${Math.floor(maxBytes / 1_000_000)} MB that are bridged`)
}

function fileOf(source: FileSource): FileLocation {
  return { location: locationOf(source), dcId: source.dcId, sizeBytes: source.sizeBytes }
}

function locationOf({ kind, id, accessHash, fileReference, thumbSize }: FileSource): Api.TypeInputFileLocation {
  const fields = {
    id: bigInt(id),
    accessHash: bigInt(accessHash),
    fileReference: Buffer.from(fileReference, 'base64'),
    thumbSize,
  }
  return kind === 'photo' ? new Api.InputPhotoFileLocation(fields) : new Api.InputDocumentFileLocation(fields)
}

/** References grow old; the message still has a fresh one. */
async function renewed(files: Reader, source: FileSource): Promise<FileSource> {
  const ids = [new Api.InputMessageID({ id: source.messageId })]
  const channel = await files.peers.channel(source.peer as PeerKey)
  const answer = await files.call(
    channel === undefined
      ? new Api.messages.GetMessages({ id: ids })
      : new Api.channels.GetMessages({ channel, id: ids }),
  )
  const [message] = answer instanceof Api.messages.MessagesNotModified ? [] : answer.messages
  const media = message instanceof Api.Message ? mediaOf(message.media, source) : undefined
  if (media === undefined || !('remote' in media.source)) throw new BridgeError('it is no longer on Telegram')
  return media.source.remote as unknown as FileSource
}

async function fetchAvatar(files: Files, { avatarOf, photoId, dcId }: AvatarSource): Promise<DownloadedMedia> {
  const location = new Api.InputPeerPhotoFileLocation({
    big: true,
    peer: await files.peers.input(avatarOf),
    photoId: bigInt(photoId),
  })
  return { bytes: await files.fetch({ location, dcId }), mimeType: 'image/jpeg' }
}
