import type { Jid } from '../ids.ts'
import { deleteContent } from '../protocol/content/delete-content.ts'
import { editContent } from '../protocol/content/edit-content.ts'
import { placeContent } from '../protocol/content/place-content.ts'
import { reactContent } from '../protocol/content/react-content.ts'
import { textContent } from '../protocol/content/text-content.ts'
import type { Content } from '../protocol/incoming.ts'
import type { Socket } from '../protocol/open-socket.ts'
import { contextFor } from './context-for.ts'
import type { MessageAction } from './message-action.ts'
import type { TransmitParts } from './transmit-parts.ts'
import { uploadMedia } from './upload-media.ts'
import { webKey } from './web-key.ts'

/** What an action says, as a message of WhatsApp's. */
export async function newContent(
  parts: TransmitParts,
  socket: Socket,
  action: MessageAction,
  chat: Jid,
): Promise<Content> {
  const { logger } = parts.host
  switch (action.kind) {
    case 'text':
      return await textContent(action.text, contextFor(parts, chat, action), logger)
    case 'place':
      return await placeContent(action, contextFor(parts, chat, { ...action, mentions: [] }), logger)
    case 'file':
      return await uploadMedia(parts, socket, action, chat)
    case 'edit':
      return await editContent(webKey(action.target, chat), action.text, action.mentions, logger)
    case 'delete':
      return await deleteContent(webKey(action.target, chat), logger)
    case 'react':
      return await reactContent(webKey(action.target, chat), action.key, logger)
  }
}
