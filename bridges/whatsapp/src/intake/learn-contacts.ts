import { chatKeyOf, type Jid } from '../ids.ts'
import type { SocketEvents } from '../protocol/socket-events.ts'
import type { RemoteContext } from '../remote-context.ts'
import type { SpeakerPictures } from './speaker-pictures.ts'

/** Takes note of names, addresses and pictures; false where there is nothing of that kind. */
export function learnContacts(context: RemoteContext, pictures: SpeakerPictures, events: SocketEvents): boolean {
  const { people } = context
  const mapping = events['lid-mapping.update']
  const contacts = [...(events['contacts.upsert'] ?? []), ...(events['contacts.update'] ?? [])]
  for (const { id, lid, phoneNumber, name: book, notify: push, verifiedName: verified, imgUrl } of contacts) {
    if (id === undefined) continue
    const jid = people.learn({
      jid: id,
      alternative: [lid, phoneNumber].find((one) => one !== undefined && one !== id),
      ...(book !== undefined && { book }),
      ...(push !== undefined && { push }),
      ...(verified !== undefined && { verified }),
    })
    if (jid !== undefined && (imgUrl === 'changed' || imgUrl === 'removed')) pictureChanged(context, pictures, jid)
  }
  if (mapping !== undefined) people.learn({ jid: mapping.lid, alternative: mapping.pn })
  return mapping !== undefined || contacts.length > 0
}

/** Somebody without a room here is asked about when they speak in a group. */
function pictureChanged({ host, login, people, readAnew }: RemoteContext, pictures: SpeakerPictures, jid: Jid): void {
  const { chat, receiver } = chatKeyOf(jid, login)
  people.learnPicture(jid, undefined)
  pictures.changed(jid)
  void host
    .portals()
    .then((portals) => {
      if (portals.some((portal) => portal.chat.chat === chat && portal.chat.receiver === receiver)) readAnew(jid)
    })
    .catch((error: unknown) => host.logger.warn({ err: error }, 'rooms could not be looked up'))
}
