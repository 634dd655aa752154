import type { proto } from '@whiskeysockets/baileys'
import { generateWAMessageContent, type AnyMessageContent, type WASocket } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { libraryLogger } from '../library-logger.ts'

export type Upload = Pick<WASocket, 'waUploadToServer'>

/** A message as the library makes it; where there is a file, it is uploaded by the socket. */
export async function makeContent(
  given: AnyMessageContent,
  socket: Upload | undefined,
  logger: Logger,
): Promise<proto.IMessage> {
  return await generateWAMessageContent(given, {
    logger: libraryLogger(logger),
    upload: async (file, options) => {
      if (socket === undefined) throw new TypeError('there is nothing to upload')
      return await socket.waUploadToServer(file, options)
    },
  })
}
