import { MatrixError } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { isRefusal, isTooLarge } from '../matrix-side/refusal.ts'
import type { DownloadedMedia } from '../network/bridge-host.ts'

export async function upload(api: MatrixApi, { bytes, mimeType }: DownloadedMedia, fileName: string): Promise<string> {
  try {
    return await api.upload(bytes, mimeType, fileName)
  } catch (error) {
    if (!isRefusal(error) && !isTooLarge(error)) throw error
    throw new BridgeError(`the homeserver does not take a file (${error.message})`, { cause: error })
  }
}

export async function download(api: MatrixApi, uri: string, maxBytes = Infinity): Promise<DownloadedMedia> {
  const [, serverName, mediaId] = /^mxc:\/\/([^/]+)\/([A-Za-z0-9_-]+)$/.exec(uri) ?? []
  if (serverName === undefined || mediaId === undefined)
    throw new BridgeError('the message names no medium that could be fetched')
  try {
    return await api.download({ serverName, mediaId }, maxBytes)
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
    if (error.errcode === 'M_TOO_LARGE')
      throw new BridgeError('the medium is larger than this network takes', { cause: error })
    const isGone = error.status === 404 || error.status === 410
    if (isGone) throw new BridgeError('the medium is no longer on the homeserver', { cause: error })
    throw new BridgeError('the homeserver did not hand out the medium', { isRetryable: true, cause: error })
  }
}
