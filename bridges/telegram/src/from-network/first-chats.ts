import type { BridgeHost, Intake, RemoteEvent } from '@pons/core'
import { readSnapshot } from '../chat-info.ts'
import { chatKeyOf } from '../ids.ts'
import type { MovedGroups } from '../moved-groups.ts'
import type { People } from '../people.ts'
import type { UpdateEngine } from '../protocol/update-engine.ts'
import type { Reader } from '../reader.ts'
import { begunWrite } from '../stored-state.ts'
import { foundMove } from './found-move.ts'
import { recentChats } from './recent-chats.ts'

export interface FirstChatsParts {
  readonly host: Pick<BridgeHost, 'now'>
  readonly account: Reader
  readonly people: People
  readonly engine: UpdateEngine
  readonly intake: Intake
  readonly moved: MovedGroups
  /** How many get their rooms. */
  readonly limit: number
}

/** After a login: channels are counted from where they stand, and the most recent chats get their rooms. */
export async function takeFirstChats(parts: FirstChatsParts): Promise<void> {
  const { host, account, people, engine, intake, moved, limit } = parts
  const { login } = people
  const chats = await recentChats(account, login, limit)
  for (const { box, pts } of chats.channels) engine.seed(box, pts)
  await engine.settled()
  const events: RemoteEvent[] = []
  // Rooms of an earlier login go on, before others are made for the same chats.
  for (const [to, from] of await moved.all()) events.push(await foundMove(people, { from, to }, host.now()))
  for (const peer of chats.peers) {
    const snapshot = await readSnapshot(account, people, peer)
    const chat = chatKeyOf(peer, login)
    const id = `login:${login}` as RemoteEvent['id']
    events.push({ kind: 'snapshot', chat, id, timestampMs: host.now(), login, snapshot, createsPortal: true })
  }
  const isDurable = await intake.take(() => ({ events, writes: [begunWrite(login)] }))
  if (!isDurable) throw new Error('the first chats were not stored')
}
