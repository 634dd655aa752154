import type { BridgeHost, LoginId, RemoteEvent, Understood } from '@pons/core'
import { jidOf } from '../ids.ts'
import { knownSnapshot, type KnownChats } from '../known-snapshot.ts'
import type { GroupMetadata } from '../protocol/group.ts'
import type { SocketEvent } from '../protocol/socket-events.ts'
import { snapshotEvent } from './snapshot-event.ts'
import { nothing } from './understood.ts'

export interface GroupEventsParts {
  readonly host: Pick<BridgeHost, 'now' | 'portals'>
  readonly login: LoginId
  readonly chats: KnownChats
}

/** Groups that the account is in from now on get their rooms. */
export async function newGroupEvents(
  parts: GroupEventsParts,
  groups: SocketEvent<'groups.upsert'>,
): Promise<Understood> {
  return await eventsOf(parts, groups, true)
}

/** Of a group that is described as a whole, where it has a room; what is said of a part comes as a message, too. */
export async function changedGroupEvents(
  parts: GroupEventsParts,
  groups: SocketEvent<'groups.update'>,
): Promise<Understood> {
  return await eventsOf(parts, groups.filter(isWhole), false)
}

async function eventsOf(
  { host, login, chats }: GroupEventsParts,
  groups: readonly GroupMetadata[],
  areNew: boolean,
): Promise<Understood> {
  if (groups.length === 0) return nothing
  const rooms = new Set((await host.portals()).map(({ chat }) => chat.chat as string))
  const events = groups.flatMap((metadata): RemoteEvent[] => {
    const chat = jidOf(metadata.id)
    const nowMs = host.now()
    const isChanged = chats.groups.learn(metadata)
    chats.timers.learnGroup(metadata, nowMs)
    if (chat === undefined || !isChanged || !(areNew || rooms.has(chat))) return []
    return [snapshotEvent(login, { chat, snapshot: knownSnapshot(chats, chat), nowMs, createsPortal: areNew })]
  })
  return { events, writes: [] }
}

function isWhole(metadata: Partial<GroupMetadata>): metadata is GroupMetadata {
  return metadata.id !== undefined && metadata.participants !== undefined
}
