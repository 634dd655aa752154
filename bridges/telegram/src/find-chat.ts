import type { OpenedChat } from '@pons/core'
import { readSnapshot } from './chat-info.ts'
import { findPeer } from './find-peer.ts'
import { chatKeyOf } from './ids.ts'
import { movedTo } from './moved-to.ts'
import type { People } from './people.ts'
import type { Reader } from './reader.ts'

/** A person by username, phone number or ghost; undefined for nobody. */
export async function findChat(
  account: Pick<Reader, 'call'>,
  people: People,
  identifier: string,
): Promise<OpenedChat | undefined> {
  const named = await findPeer(account, identifier)
  if (named === undefined) return undefined
  const peer = (named.startsWith('g') ? await movedTo(account, named) : undefined) ?? named
  const snapshot = await readSnapshot(account, people, peer)
  // What else has one room for all is a channel or supergroup, which one may know of, and read, without being in it.
  const record = await people.peers.get(peer)
  const isAdmitted = !peer.startsWith('c') || (record !== undefined && record.isLeft !== true)
  return { chat: chatKeyOf(peer, people.login), snapshot, isAdmitted }
}
