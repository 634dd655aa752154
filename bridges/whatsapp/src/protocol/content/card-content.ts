import type { proto } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { aboutOf, type OutgoingContext } from './about-of.ts'
import { makeContent } from './make-content.ts'

/** A contact's card, as the file of it says. */
export async function cardContent(vcard: string, about: OutgoingContext, logger: Logger): Promise<proto.IMessage> {
  const displayName = /^FN[^:\r\n]*:(.*)$/im.exec(vcard)?.[1]?.trim() ?? ''
  return await makeContent(
    { contacts: { displayName, contacts: [{ displayName, vcard }] }, ...aboutOf(about) },
    undefined,
    logger,
  )
}
