import type { Jid } from '../ids.ts'
import type { People } from '../people.ts'
import type { SocketEvents } from '../protocol/socket-events.ts'

/** Takes note of names and addresses, and tells of pictures that changed; false where there is nothing of that kind. */
export function learnContacts(people: People, events: SocketEvents, onPicture: (person: Jid) => void): boolean {
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
    if (jid !== undefined && (imgUrl === 'changed' || imgUrl === 'removed')) onPicture(jid)
  }
  if (mapping !== undefined) people.learn({ jid: mapping.lid, alternative: mapping.pn })
  return mapping !== undefined || contacts.length > 0
}
