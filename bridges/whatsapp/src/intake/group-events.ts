import type { RemoteEvent } from '@pons/core'
import { jidOf } from '../ids.ts'
import type { GroupMetadata } from '../protocol/group.ts'
import type { SocketEvent } from '../protocol/socket-events.ts'
import type { RemoteContext } from '../remote-context.ts'
import { nothing, type Understood } from '../understood.ts'
import { snapshotEvent } from './snapshot-event.ts'

/** Groups that the account is in from now on get their rooms. */
export async function newGroupEvents(
  context: RemoteContext,
  groups: SocketEvent<'groups.upsert'>,
): Promise<Understood> {
  return await eventsOf(context, groups, true)
}

/** Of a group that is described as a whole, where it has a room; what is said of a part comes as a message, too. */
export async function changedGroupEvents(
  context: RemoteContext,
  groups: SocketEvent<'groups.update'>,
): Promise<Understood> {
  return await eventsOf(context, groups.filter(isWhole), false)
}

async function eventsOf(
  context: RemoteContext,
  groups: readonly GroupMetadata[],
  areNew: boolean,
): Promise<Understood> {
  const { host, groups: known, timers } = context
  if (groups.length === 0) return nothing
  const rooms = new Set((await host.portals()).map(({ chat }) => chat.chat as string))
  const events = groups.flatMap((metadata): RemoteEvent[] => {
    const chat = jidOf(metadata.id)
    const isChanged = known.learn(metadata)
    timers.learnGroup(metadata, host.now())
    if (chat === undefined || !isChanged || !(areNew || rooms.has(chat))) return []
    return [snapshotEvent(context, chat, areNew)]
  })
  return { events, writes: [] }
}

function isWhole(metadata: Partial<GroupMetadata>): metadata is GroupMetadata {
  return metadata.id !== undefined && metadata.participants !== undefined
}
