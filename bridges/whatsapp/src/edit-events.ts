import type { RemoteEvent } from '@pons/core'
import { isFetchable } from './convert/media-from-whatsapp.ts'
import { eventBase } from './event-base.ts'
import { messageIdOf, userIdOf } from './ids.ts'
import { contentSays } from './message-event.ts'
import type { Content, Incoming } from './protocol/incoming.ts'
import type { RemoteContext, Where } from './remote-context.ts'
import { sayAbout } from './say-about.ts'

/** An edit that comes from WhatsApp. What the bridge has no form for is told, and the message stays as it was. */
export function editEvents(
  context: RemoteContext,
  message: Incoming,
  where: Where,
  { id, content }: { readonly id: string; readonly content: Content },
): RemoteEvent[] {
  const { login, people } = context
  const { chat, sender } = where
  const place = { login, chat, messageId: id, isFromMe: message.isFromMe, sender }
  const now = contentSays(context, content, place)
  if (now === undefined) return []
  if (now.isPartial) return [sayAbout(context, message, where, 'changed a message in a way that cannot be shown here')]
  const { media, ...words } = now.document
  const isWhole = words.location !== undefined || (media !== undefined && isFetchable(content))
  return [
    {
      ...eventBase(context, message, where),
      kind: 'edit',
      sender: people.user(sender),
      target: messageIdOf(id),
      targetAuthor: userIdOf(sender),
      document: isWhole ? now.document : words,
      ...(!isWhole && { keepsMedia: true }),
    },
  ]
}
