import type { proto } from '@whiskeysockets/baileys'
import { type WAMessageKey } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { makeContent } from './make-content.ts'

export async function editContent(
  key: WAMessageKey,
  text: string,
  mentions: readonly string[],
  logger: Logger,
): Promise<proto.IMessage> {
  return await makeContent({ text, edit: key, linkPreview: null, mentions: [...mentions] }, undefined, logger)
}
