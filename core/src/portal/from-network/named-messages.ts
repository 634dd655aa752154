import type { Aliases } from '../../identity/aliases.ts'
import type { Logins } from '../../login/logins.ts'
import type { ChatKey, RemoteUser } from '../../network/chat.ts'
import type { RemoteMessageId, RemoteUserId } from '../../network/ids.ts'
import type { MessageRecord, MessageStore } from '../../storage/message-store.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'

/** How the network names a message; the author where others may have chosen the same id. */
export interface MessageName {
  readonly id: RemoteMessageId
  readonly author: RemoteUserId | undefined
}

export interface NamedMessagesParts {
  readonly messages: MessageStore
  readonly aliases: Aliases
  readonly logins: Logins
}

/** The messages that the network's names mean: where ids are their senders' choice, an id alone names nothing. */
export class NamedMessages {
  readonly #parts: NamedMessagesParts

  constructor(parts: NamedMessagesParts) {
    this.#parts = parts
  }

  /** The message that is meant. */
  async meant(
    { nid, chat }: Pick<PortalRecord, 'nid' | 'chat'>,
    { id, author }: MessageName,
  ): Promise<MessageRecord | undefined> {
    const messages = await this.#parts.messages.withRemoteId(nid, id)
    if (author === undefined) return messages[0]
    return messages.find((message) => this.isBy(message.author, { id: author }, chat))
  }

  /** The same for what needs no right to: what somebody wrote here before they logged out is still answered. */
  async spokenOf(portal: Pick<PortalRecord, 'nid' | 'chat'>, name: MessageName): Promise<MessageRecord | undefined> {
    const meant = await this.meant(portal, name)
    if (meant !== undefined) return meant
    const messages = await this.#parts.messages.withRemoteId(portal.nid, name.id)
    return messages.find(({ author }) => 'matrix' in author && this.#parts.logins.ofUser(author.matrix).length === 0)
  }

  /** Is what that author wrote that person's: theirs over there, or written in Matrix by the owner of the login that is them? */
  isBy(author: MessageRecord['author'], person: Pick<RemoteUser, 'id' | 'aliases'>, chat: ChatKey): boolean {
    const { aliases, logins } = this.#parts
    if ('matrix' in author) return logins.ofPerson(person, chat)?.record.owner === author.matrix
    const writtenBy = aliases.resolve('user', author.remote)
    return [person.id, ...(person.aliases ?? [])].some((id) => aliases.resolve('user', id) === writtenBy)
  }
}
