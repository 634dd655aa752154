import { downloadContentFromMessage, type MediaType } from '@whiskeysockets/baileys'
import { createHash } from 'node:crypto'
import { GoneError } from './gone-error.ts'
import { TooLargeError } from './too-large-error.ts'
import { WrongFileError } from './wrong-file-error.ts'

export interface FileAddress {
  readonly type: MediaType
  readonly url: string
  readonly directPath: string
  readonly mediaKey: Uint8Array
  readonly fileSha256: Uint8Array
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

function isGone(error: unknown): boolean {
  const { status, output, data } = (error ?? {}) as {
    status?: unknown
    output?: { statusCode?: unknown }
    data?: { status?: unknown }
  }
  return [status, output?.statusCode, data?.status].some((code) => code === 404 || code === 410)
}
