import { downloadContentFromMessage, type MediaType, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Socket } from './open-socket.ts'

export interface FileAddress {
  readonly type: MediaType
  readonly url: string
  readonly directPath: string
  readonly mediaKey: Uint8Array
  readonly fileSha256: Uint8Array
}

/** As much of a message as it takes to ask for its file. */
export type LostFile = Omit<FileAddress, 'fileSha256'> & { readonly key: WAMessageKey }

/** The file is larger than is wanted. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** The file is not what the message says it is. */
export class WrongFileError extends Error {
  override readonly name = 'WrongFileError'
}

/** The servers keep files for some weeks only. */
export class GoneError extends Error {
  override readonly name = 'GoneError'
}

/** A file, decrypted. The library checks neither MAC nor hash: what arrives is compared here. */
export async function download(file: FileAddress, options: RequestInit, maxBytes: number): Promise<Buffer> {
  const { mediaKey, directPath, url, type } = file
  const pieces: Buffer[] = []
  let sizeBytes = 0
  try {
    const stream = await downloadContentFromMessage({ mediaKey, directPath, url }, type, { options })
    for await (const piece of stream as AsyncIterable<Buffer>) {
      sizeBytes += piece.length
      if (sizeBytes > maxBytes) throw new TooLargeError(`more than ${maxBytes} bytes`)
      pieces.push(piece)
    }
  } catch (error) {
    if (isGone(error)) throw new GoneError('the server no longer has it', { cause: error })
    throw error
  }
  const bytes = Buffer.concat(pieces)
  const isRight = createHash('sha256').update(bytes).digest().equals(Buffer.from(file.fileSha256))
  if (!isRight) throw new WrongFileError('its hash is another one')
  return bytes
}

/** Asks the phone to upload a file again; undefined when it does not, or not in time. */
export async function askForUpload(
  socket: Socket,
  { type, key, ...file }: LostFile,
  patienceMs: number,
): Promise<string | undefined> {
  const message = { key, message: { [`${type}Message`]: file } } as WAMessage
  const asked = socket.updateMediaMessage(message).then(
    () => directPathOf(message),
    () => undefined,
  )
  return await Promise.race([asked, pause(patienceMs, undefined, { ref: false })])
}

function directPathOf({ message }: WAMessage): string | undefined {
  const medium =
    message?.imageMessage ??
    message?.videoMessage ??
    message?.audioMessage ??
    message?.documentMessage ??
    message?.stickerMessage
  return medium?.directPath ?? undefined
}

function isGone(error: unknown): boolean {
  const { status, output, data } = (error ?? {}) as {
    status?: unknown
    output?: { statusCode?: unknown }
    data?: { status?: unknown }
  }
  return [status, output?.statusCode, data?.status].some((code) => code === 404 || code === 410)
}
