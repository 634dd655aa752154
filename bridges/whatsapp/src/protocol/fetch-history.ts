import { download } from './download.ts'
import type { HistoryNotice } from './incoming.ts'
import type { SocketServer } from './socket-server.ts'

const maxBytes = 256 * 1024 * 1024

/**
 * A part of a history, as the phone has packed it: in the notice itself, or beside it on the media host.
 *
 * @throws GoneError, TooLargeError, WrongFileError where it never will be had, and anything else where it is not had now
 */
export async function fetchHistory(
  notification: HistoryNotice,
  { options, server }: { readonly options: RequestInit; readonly server: SocketServer | undefined },
): Promise<Uint8Array> {
  const { initialHistBootstrapInlinePayload: inline, directPath, mediaKey, fileSha256 } = notification
  if (inline && inline.length > 0) return inline
  const url = server?.media_host === undefined ? '' : `https://${server.media_host}`
  const file = { type: 'md-msg-hist', url, directPath: directPath ?? '' } as const
  const keys = { mediaKey: mediaKey ?? new Uint8Array(), fileSha256: fileSha256 ?? new Uint8Array() }
  return await download({ ...file, ...keys }, options, maxBytes)
}
