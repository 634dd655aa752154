import type { RemoteEvent } from '@pons/core'
import { isFetchable } from '../convert/media-from-whatsapp.ts'
import { messageIdOf, userIdOf } from '../ids.ts'
import type { Content } from '../protocol/incoming.ts'
import { eventBase, type Arrival } from './arrival.ts'
import { contentSays } from './content-says.ts'
import type { Naming } from './naming.ts'
import { sayAbout } from './say-about.ts'

/** An edit that comes from WhatsApp. What the bridge has no form for is told, and the message stays as it was. */
export function editEvents(
  naming: Naming,
  arrival: Arrival,
  { id, content }: { readonly id: string; readonly content: Content },
): RemoteEvent[] {
  const { people } = naming
  const { login, message, chat, sender } = arrival
  const place = { login, chat, messageId: id, isFromMe: message.isFromMe, sender }
  const now = contentSays(naming, content, place)
  if (now === undefined) return []
  if (now.isPartial) return [sayAbout(people, arrival, 'changed a message in a way that cannot be shown here')]
  const { media, ...words } = now.document
  const isWhole = words.location !== undefined || (media !== undefined && isFetchable(content))
  return [
    {
      ...eventBase(arrival),
      kind: 'edit',
      sender: people.user(sender),
      target: messageIdOf(id),
      targetAuthor: userIdOf(sender),
      document: isWhole ? now.document : words,
      ...(!isWhole && { keepsMedia: true }),
    },
  ]
}
