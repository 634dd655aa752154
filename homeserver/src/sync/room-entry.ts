import type { JsonObject } from '@pons/matrix'
import type { Viewer } from '../rooms/viewer.ts'
import type { Room } from '../rooms/room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { RoomStores } from '../rooms/rooms.ts'
import { timelineToken } from '../rooms/timeline-token.ts'
import { slotName } from '../rooms/slot-name.ts'
import type { RecentEvents } from './recent-events.ts'
import { allowsRoomEvent } from '../event/allowed-by-filter.ts'
import type { SyncFilter } from '../event/filter.ts'
import type { SentMembers } from './sent-members.ts'
import { timelineWindow, type TimelineBudget, type TimelineWindow } from './timeline-window.ts'

export interface EntryRequest {
  readonly viewer: Viewer
  readonly room: Room
  /** Exclusive; undefined when the client has nothing of the room yet. */
  readonly since: number | undefined
  readonly upTo: number
  readonly filter: SyncFilter
  readonly budget: TimelineBudget
  readonly isFullState: boolean
  readonly wantsStateAfter: boolean
  /** Not for rooms that were left: the counts go on after that. */
  readonly wantsSummary: boolean
}

export interface EntrySources {
  readonly stores: RoomStores
  readonly reader: RoomReader
  readonly recent: RecentEvents
  readonly sentMembers: SentMembers
}

const MEMBER = 'm.room.member'
const DEFAULT_LIMIT = 10
const MAX_LIMIT = 500
const MAX_HEROES = 5

/** Timeline, state and summary of a room that the viewer is, or was, in; undefined when there is nothing to tell. */
export async function roomEntry(sources: EntrySources, request: EntryRequest): Promise<JsonObject | undefined> {
  const { reader } = sources
  const { viewer, room, since, upTo, filter, budget } = request
  const ignored = await reader.ignoredBy(viewer.userId)
  const window = await timelineWindow(sources, {
    room,
    userId: viewer.userId,
    since,
    upTo,
    limit: Math.min(filter.timeline.limit ?? DEFAULT_LIMIT, MAX_LIMIT),
    budget,
    isWanted: (event) =>
      allowsRoomEvent(filter.timeline, event) && (event.stateKey !== undefined || !ignored.has(event.sender)),
  })
  const { events, start, isLimited } = window
  const state = await stateOf(sources, request, window)
  const isWhole = since === undefined || request.isFullState
  if (!isWhole && events.length === 0 && state.length === 0 && !isLimited) return undefined
  const membersChanged = isWhole || [...events, ...state].some(({ type }) => type === MEMBER)
  const shownState = await reader.present(state, viewer)
  return {
    timeline: {
      events: await reader.present(events, viewer),
      limited: isLimited,
      prev_batch: timelineToken(start),
    },
    ...(request.wantsStateAfter
      ? { 'org.matrix.msc4222.state_after': { events: shownState }, state_after: { events: shownState } }
      : { state: { events: shownState } }),
    ...(membersChanged && request.wantsSummary && { summary: summaryOf(room, viewer.userId) }),
  }
}

async function stateOf(
  sources: EntrySources,
  request: EntryRequest,
  { events, omitted, start }: TimelineWindow,
): Promise<RoomEvent[]> {
  const { since, upTo, room, isFullState, wantsStateAfter, filter } = request
  const end = wantsStateAfter ? upTo : start
  const isWhole = since === undefined || isFullState
  const until = isWhole ? await wholeState(sources, room, end, request) : await changes(sources, room, since, end)
  const changed = wantsStateAfter ? until : withOmitted(until, omitted, events)
  const lazy = filter.state.lazyLoadMembers || filter.timeline.lazyLoadMembers
  if (!lazy) return changed.filter((event) => allowsRoomEvent(filter.state, event))
  const senders = new Set<string>(events.map(({ sender }) => sender))
  const isNeeded = (event: RoomEvent): boolean =>
    event.type !== MEMBER || !isWhole || senders.has(event.stateKey ?? '') || event.stateKey === request.viewer.userId
  const kept = changed.filter((event) => isNeeded(event) && allowsRoomEvent(filter.state, event))
  return [...kept, ...(await missingMembers(sources, request, { senders, end, kept, events }))]
}

/** The state after the event at `end`: what memory holds, with what came later taken back. */
async function wholeState(
  { stores }: EntrySources,
  room: Room,
  end: number,
  { filter, viewer }: EntryRequest,
): Promise<RoomEvent[]> {
  const isLazy = filter.state.lazyLoadMembers || filter.timeline.lazyLoadMembers
  const nids: number[] = []
  let later: number[] = []
  for (const entry of room.state.all()) {
    // Senders of the timeline are added apart; loading every member only to drop them would cost the most.
    if (isLazy && entry.type === MEMBER && entry.state_key !== viewer.userId) continue
    if (entry.nid <= end) nids.push(entry.nid)
    else later.push(entry.nid)
  }
  while (later.length > 0) {
    const events = await stores.events.byNids(later)
    const replaced = events.map((event) => event.replaces).filter((nid) => nid !== undefined)
    nids.push(...replaced.filter((nid) => nid <= end))
    later = replaced.filter((nid) => nid > end)
  }
  return stores.events.byNids(nids)
}

/** State that the timeline does not show takes the place of what it replaced, unless the timeline shows a newer value. */
function withOmitted(
  state: readonly RoomEvent[],
  omitted: readonly RoomEvent[],
  events: readonly RoomEvent[],
): readonly RoomEvent[] {
  if (omitted.length === 0) return state
  const shown = new Set(events.map(nameOf))
  const newest = new Map(state.map((event) => [nameOf(event), event]))
  for (const event of omitted) if (!shown.has(nameOf(event))) newest.set(nameOf(event), event)
  return [...newest.values()]
}

/** Of a state event; messages have none. */
function nameOf({ type, stateKey }: RoomEvent): string | undefined {
  return stateKey === undefined ? undefined : slotName(type, stateKey)
}

/** The newest of each slot that changed in `(since, end]`. */
async function changes({ stores }: EntrySources, room: Room, since: number, end: number): Promise<RoomEvent[]> {
  if (end <= since) return []
  const found = await stores.events.stateChanges(room.nid, since, end)
  return [...new Map(found.map((event) => [nameOf(event), event])).values()]
}

/** Lazy loading: member events of the timeline's senders that this device was not sent yet. */
async function missingMembers(
  { stores, reader, sentMembers }: EntrySources,
  { viewer, room, filter, since, upTo }: EntryRequest,
  have: {
    senders: ReadonlySet<string>
    end: number
    kept: readonly RoomEvent[]
    events: readonly RoomEvent[]
  },
): Promise<RoomEvent[]> {
  const known = new Set(have.kept.filter(({ type }) => type === MEMBER).map(({ stateKey }) => stateKey))
  const sent = sentMembers.of(viewer, room.nid, since === undefined)
  const nids: number[] = []
  for (const sender of have.senders) {
    const entry = room.state.get(MEMBER, sender)
    if (!entry || known.has(sender)) continue
    if (entry.nid <= have.end) {
      const before = sent.get(sender)
      const isKnown = before?.nid === entry.nid && since !== undefined && before.upTo <= since
      if (isKnown && !filter.state.includeRedundantMembers) continue
      sent.set(sender, { nid: entry.nid, upTo })
      nids.push(entry.nid)
      continue
    }
    // Their member event is later than the start of the timeline: the client needs the one before.
    const first = have.events.find((event) => event.sender === sender)
    const member = first && first.stateKey !== sender ? await reader.memberAt(first, sender) : undefined
    if (member && member.nid <= have.end) nids.push(member.nid)
  }
  return stores.events.byNids(nids)
}

/** https://spec.matrix.org/v1.19/client-server-api/#calculating-the-display-name-for-a-room */
function summaryOf(room: Room, viewer: string): JsonObject {
  const counts = {
    'm.joined_member_count': room.state.count('join'),
    'm.invited_member_count': room.state.count('invite'),
  }
  if (room.content('m.room.name')?.['name'] || room.content('m.room.canonical_alias')?.['alias']) return counts
  const heroes: string[] = []
  for (const membership of ['join', 'invite', 'leave', 'ban'] as const) {
    if (heroes.length > 0 && (membership === 'leave' || membership === 'ban')) break
    for (const userId of room.state.members(membership)) {
      if (userId !== viewer) heroes.push(userId)
      if (heroes.length === MAX_HEROES) break
    }
    if (heroes.length === MAX_HEROES) break
  }
  return { ...counts, 'm.heroes': heroes }
}
