import type { proto } from '@whiskeysockets/baileys'
import { type WAMessageKey } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { makeContent } from './make-content.ts'

export async function reactContent(key: WAMessageKey, text: string, logger: Logger): Promise<proto.IMessage> {
  return await makeContent({ react: { key, text } }, undefined, logger)
}
