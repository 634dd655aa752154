import type { JsonObject } from '@pons/matrix'
import { strippedEvent } from './client-event.ts'
import type { Room } from './room.ts'
import type { RoomStores } from './rooms.ts'

const MEMBER = 'm.room.member'
const TYPES = [
  'm.room.create',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.avatar',
  'm.room.name',
  'm.room.topic',
  'm.room.encryption',
]

/**
 * What is told about a room to who is invited or knocks, the member event of `inviter` among it.
 * https://spec.matrix.org/v1.19/client-server-api/#stripped-state
 * @param of.own adds this user's own member event, as /sync has it
 */
export async function strippedState(
  { events: store }: Pick<RoomStores, 'events'>,
  room: Room,
  { inviter, own }: { inviter: string; own?: string },
): Promise<JsonObject[]> {
  const member = own === undefined ? undefined : room.state.get(MEMBER, own)
  const entries = [
    ...TYPES.map((type) => room.state.get(type, '')),
    inviter === own ? undefined : room.state.get(MEMBER, inviter),
    member,
  ]
  const events = await store.byNids(entries.filter((entry) => entry !== undefined).map(({ nid }) => nid))
  return events
    .sort((a, b) => a.nid - b.nid)
    .map((event) =>
      // The own invite comes whole, so that the client can show when and by whom.
      event.nid === member?.nid
        ? { ...strippedEvent(event), event_id: event.eventId, origin_server_ts: event.originServerTs }
        : strippedEvent(event),
    )
}
