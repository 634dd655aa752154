import type { ChatSnapshot, RemoteUser } from '@pons/core'
import { legible } from '../protocol/decode-line.ts'

/** What the room of a private chat is made from. */
export function privateSnapshot(user: RemoteUser, nick: string): ChatSnapshot {
  return {
    kind: 'direct',
    name: legible(nick),
    members: [{ user }],
    membersComplete: false,
    joinRule: 'invite',
    isListed: false,
  }
}
