import { BridgeError, type ChatSnapshot, type LoginId, type OpenedChat } from '@pons/core'
import { chatKeyOf, isGroup, jidOf, type Jid } from './ids.ts'
import type { People } from './people.ts'

export interface FindChatParts {
  readonly login: LoginId
  readonly people: People
  readonly contact: (identifier: string) => Promise<Jid | undefined>
  readonly snapshot: (chat: Jid) => Promise<ChatSnapshot>
}

/** A person by phone number or ghost, or a group; undefined for nobody. */
export async function findChat(
  { login, people, contact, snapshot: ask }: FindChatParts,
  identifier: string,
): Promise<OpenedChat | undefined> {
  const jid = await contact(identifier)
  if (jid === undefined) return undefined
  const snapshot = await ask(jid).catch((error: unknown) => {
    // WhatsApp refuses to tell those who are not in it of a group.
    if (!isGroup(jid) || !(error instanceof BridgeError) || error.isRetryable) throw error
    throw new BridgeError('You are not in that group.', { reason: 'm.no_permission', cause: error })
  })
  // Of a group one may know without being in it.
  const isMember = snapshot.members?.some(({ user }) => {
    const member = jidOf(user.id)
    return member !== undefined && people.isSelf(member)
  })
  return { chat: chatKeyOf(jid, login), snapshot, isAdmitted: !isGroup(jid) || isMember === true }
}
