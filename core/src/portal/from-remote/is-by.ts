import type { BridgeContext } from '../../bridge-context.ts'
import type { ChatKey, RemoteUser } from '../../network/chat.ts'
import type { MessageRecord } from '../../store/message-store.ts'

/** Is what that author wrote that person's: theirs over there, or written in Matrix by the owner of the login that is them? */
export function isByPerson(
  { aliases, logins }: BridgeContext,
  author: MessageRecord['author'],
  person: Pick<RemoteUser, 'id' | 'aliases'>,
  chat: ChatKey,
): boolean {
  if ('matrix' in author) return logins.ofPerson(person, chat)?.record.owner === author.matrix
  const writtenBy = aliases.resolve('user', author.remote)
  return [person.id, ...(person.aliases ?? [])].some((id) => aliases.resolve('user', id) === writtenBy)
}
