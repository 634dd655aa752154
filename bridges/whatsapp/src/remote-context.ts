import type { BridgeHost, ChatSnapshot, LoginId } from '@pons/core'
import type { AccountStore } from './account-store.ts'
import type { Groups } from './groups.ts'
import { isGroup, type Jid } from './ids.ts'
import type { People } from './people.ts'
import type { Placeholders, SharedLines } from './placeholders.ts'
import type { Incoming } from './protocol/incoming.ts'
import type { Timers } from './timers.ts'
import type { Unread } from './unread.ts'

/** What is known of an account, of its chats and of those in them. */
export interface AccountContext {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly store: AccountStore
  readonly people: People
  readonly groups: Groups
  readonly timers: Timers
  readonly placeholders: Placeholders
  /** Of all logins, this one among them. */
  readonly lines: SharedLines
  readonly unread: Unread
}

/** What it takes to understand what comes. */
export interface RemoteContext extends AccountContext {
  /** A chat changed in ways that no message says: it is to be read anew. */
  readonly readAnew: (chat: Jid) => void
}

/** Where something was said or done. */
export interface Where {
  readonly chat: Jid
  /** Who said or did it. */
  readonly sender: Jid
}

/** The chat of a message, and who wrote it; what the message says of their addresses and names is learnt on the way. */
export function whereAndWho({ people }: AccountContext, message: Incoming): Where | undefined {
  const { isFromMe, pushName: push, verifiedName: verified } = message
  const names = isFromMe ? {} : { ...(push !== undefined && { push }), ...(verified !== undefined && { verified }) }
  const inGroup = message.chat.endsWith('@g.us')
  const chat = people.learn({
    jid: message.chat,
    alternative: message.chatAlternative,
    ...(!inGroup && names),
  })
  if (chat === undefined) return undefined
  if (isFromMe) {
    people.learn({ jid: people.self(), ...(push !== undefined && { push }) })
    return { chat, sender: people.self() }
  }
  if (!isGroup(chat)) return { chat, sender: chat }
  const sender = people.learn({ jid: message.sender ?? '', alternative: message.senderAlternative, ...names })
  return sender === undefined ? undefined : { chat, sender }
}

/** As much as is known without asking; the framework asks for the rest when it makes the room. */
export function knownSnapshot(context: AccountContext, chat: Jid): ChatSnapshot {
  const timer = context.timers.of(chat)
  return { ...shownOf(context, chat), ...(timer !== undefined && { disappearAfterMs: timer.seconds * 1000 }) }
}

function shownOf({ people, groups }: AccountContext, chat: Jid): ChatSnapshot {
  if (isGroup(chat)) return groups.known(chat) ?? { kind: 'group', joinRule: 'invite' }
  const self = { user: people.user(people.self()), powerLevel: 50 }
  // Nobody else is in it whom it could be named after.
  if (people.isSelf(chat)) return { kind: 'direct', name: 'Note to self', members: [self] }
  const name = people.bookNameOf(chat)
  return {
    kind: 'direct',
    ...(name !== undefined && { name }),
    members: [{ user: people.user(chat), powerLevel: 0 }, self],
  }
}
