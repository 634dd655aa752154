import type { proto } from '@whiskeysockets/baileys'
import { type WAMessageKey } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { makeContent } from './make-content.ts'

export async function deleteContent(key: WAMessageKey, logger: Logger): Promise<proto.IMessage> {
  return await makeContent({ delete: key }, undefined, logger)
}
