import type { proto } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { aboutOf, type OutgoingContext } from './about-of.ts'
import { makeContent } from './make-content.ts'

/** Nothing is fetched of what a text links to. */
export async function textContent(text: string, about: OutgoingContext, logger: Logger): Promise<proto.IMessage> {
  return await makeContent({ text, linkPreview: null, ...aboutOf(about) }, undefined, logger)
}
