import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteMessageId, RemoteUserId } from '../../network/ids.ts'
import type { MessageRecord } from '../../store/message-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { isByPerson } from './is-by.ts'

/** How the network names a message; the author where others may have chosen the same id. */
export interface MessageName {
  readonly id: RemoteMessageId
  readonly author: RemoteUserId | undefined
}

/** The message that is meant: where ids are their senders' choice, an id alone names nothing. */
export async function messageMeant(
  context: BridgeContext,
  { nid, chat }: Pick<PortalRecord, 'nid' | 'chat'>,
  { id, author }: MessageName,
): Promise<MessageRecord | undefined> {
  const messages = await context.messages.withRemoteId(nid, id)
  if (author === undefined) return messages[0]
  return messages.find((message) => isByPerson(context, message.author, { id: author }, chat))
}

/** The same for what needs no right to: what somebody wrote here before they logged out is still answered. */
export async function messageSpokenOf(
  context: BridgeContext,
  portal: Pick<PortalRecord, 'nid' | 'chat'>,
  name: MessageName,
): Promise<MessageRecord | undefined> {
  const meant = await messageMeant(context, portal, name)
  if (meant !== undefined) return meant
  const messages = await context.messages.withRemoteId(portal.nid, name.id)
  return messages.find(({ author }) => 'matrix' in author && context.logins.ofUser(author.matrix).length === 0)
}
