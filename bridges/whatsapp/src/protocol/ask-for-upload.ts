import { setTimeout as pause } from 'node:timers/promises'
import type { WAMessage, WAMessageKey } from '@whiskeysockets/baileys'
import type { FileAddress } from './download.ts'
import type { Socket } from './open-socket.ts'

/** As much of a message as it takes to ask for its file. */
export type LostFile = Omit<FileAddress, 'fileSha256'> & { readonly key: WAMessageKey }

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
