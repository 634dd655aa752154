import bigInt from 'big-integer'
import { BridgeError, type DownloadedMedia } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import { Api } from 'telegram'
import type { Account } from './account.ts'
import { mediaOf, type FileSource } from './convert/media-from-telegram.ts'
import { refusalOf } from './protocol/call.ts'
import { TooLargeError, type FileLocation } from './protocol/download.ts'
import type { PeerKey } from './protocol/peer-key.ts'

interface AvatarSource {
  readonly avatarOf: PeerKey
  readonly photoId: string
  readonly dcId: number
}

/** Fetches what an event named. @throws BridgeError in words where it is gone or too large */
export async function fetchMedia(account: Account, source: JsonObject, maxBytes: number): Promise<DownloadedMedia> {
  try {
    if ('avatarOf' in source) return await fetchAvatar(account, source as unknown as AvatarSource)
    return await fetchSource(account, source as unknown as FileSource, maxBytes)
  } catch (error) {
    if (error instanceof TooLargeError) throw tooLarge(maxBytes)
    const refusal = refusalOf(error)
    if (refusal === undefined || refusal.includes('WAIT')) throw error
    throw new BridgeError('it is no longer on Telegram', { cause: error })
  }
}

async function fetchSource(account: Account, source: FileSource, maxBytes: number): Promise<DownloadedMedia> {
  if (source.sizeBytes > maxBytes) throw tooLarge(maxBytes)
  try {
    return {
      bytes: await account.fetch(fileOf(source)),
      mimeType: source.mimeType,
    }
  } catch (error) {
    if (refusalOf(error)?.startsWith('FILE_REFERENCE_') !== true) throw error
    const fresh = await renewed(account, source)
    return { bytes: await account.fetch(fileOf(fresh)), mimeType: fresh.mimeType }
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
async function renewed(account: Account, source: FileSource): Promise<FileSource> {
  const ids = [new Api.InputMessageID({ id: source.messageId })]
  const channel = await account.peers.channel(source.peer as PeerKey)
  const answer = await account.call(
    channel === undefined
      ? new Api.messages.GetMessages({ id: ids })
      : new Api.channels.GetMessages({ channel, id: ids }),
  )
  const [message] = answer instanceof Api.messages.MessagesNotModified ? [] : answer.messages
  const media = message instanceof Api.Message ? mediaOf(message.media, source) : undefined
  if (media === undefined || !('remote' in media.source)) throw new BridgeError('it is no longer on Telegram')
  return media.source.remote as unknown as FileSource
}

async function fetchAvatar(account: Account, { avatarOf, photoId, dcId }: AvatarSource): Promise<DownloadedMedia> {
  const location = new Api.InputPeerPhotoFileLocation({
    big: true,
    peer: await account.peers.input(avatarOf),
    photoId: bigInt(photoId),
  })
  return { bytes: await account.fetch({ location, dcId }), mimeType: 'image/jpeg' }
}
